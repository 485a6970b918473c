// The module of every page. Everything works without it; each file below makes one thing quicker.

import "./requests.js";
import "./theme.js";
import "./toast.js";
import "./confirm.js";
import "./menu.js";
import "./rail.js";
import "./copy.js";
import "./share.js";
import "./rows.js";
import "./widths.js";
import "./select.js";
import "./board.js";
import "./layouts.js";
import "./palette.js";
import "./keys.js";
import "./form.js";
import "./reacting.js";
import "./composer.js";
import "./files.js";
import "./lines.js";
import "./mentions.js";
import "./picker.js";
import "./in-place.js";
import "./cells.js";
import "./passkeys.js";
import "./live.js";
