//! Small pictures of pictures: decoded under a limit of pixels and memory, written anew by us, kept beside the files. What
//! can't be decoded has none, and is not tried again.

use super::Digest;
use crate::Engine;
use crate::jobs::{Done, JobContext, Run};
use crate::principal::Through;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use kernel::{Error, Result};
use std::io::{BufReader, Cursor};
use std::path::PathBuf;
use store::Work;

/// The job's name.
pub(super) const KIND: &str = "thumbnail";
/// The longer side, in points: twice what is shown, for fine screens.
const SIDE: u32 = 320;
/// Pictures with more points than this have none: four photographs of a good phone.
const MOST_POINTS: u64 = 50_000_000;
/// Memory that decoding one may take, in bytes.
const MOST_MEMORY: u64 = 256 << 20;

pub(super) struct MakeThumbnail;

impl Run for MakeThumbnail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'r>(&'r self, context: &'r JobContext) -> Work<'r, Done> {
        Box::pin(async move {
            let engine = context.engine.clone();
            let Some((record, digest)) = context.payload.split_once(' ') else { return Ok(Done::Finished) };
            // A payload of another time leads to no file.
            let Ok(digest) = digest.parse::<Digest>() else { return Ok(Done::Finished) };
            let (making, of) = (engine.clone(), digest.clone());
            tokio::task::spawn_blocking(move || making.make_thumbnail(&of)).await.map_err(Error::internal)??;
            engine.tell_of_thumbnail(record).await?;
            Ok(Done::Finished)
        })
    }
}

impl Engine {
    /// The small picture of a file, and its media type; none where there is none, or not yet. Waits for the disk.
    pub fn thumbnail(&self, digest: &Digest) -> Option<(Vec<u8>, &'static str)> {
        let bytes = std::fs::read(self.thumbnail_place(digest)?).ok().filter(|bytes| !bytes.is_empty())?;
        let media = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Some((bytes, media))
    }

    /// Whether a file has a small picture.
    pub fn has_thumbnail(&self, digest: &Digest) -> bool {
        self.thumbnail_place(digest).and_then(|place| std::fs::metadata(place).ok()).is_some_and(|data| data.len() > 0)
    }

    pub(super) fn thumbnail_place(&self, digest: &Digest) -> Option<PathBuf> {
        let folder = self.settings().files.as_ref()?.folder().join("thumbnails");
        Some(folder.join(&digest.as_str()[..2]).join(&digest.as_str()[2..]))
    }

    /// Whoever looks at the record, or at a card it stands on, is shown the picture. What went meanwhile is told to nobody.
    async fn tell_of_thumbnail(&self, record: &str) -> Result<()> {
        let named = record.split_once('/').and_then(|(entity, id)| Some((self.model().entity(entity)?.clone(), id.parse().ok()?)));
        let Some((entity, id)) = named else { return Ok(()) };
        let record = match self.show(&self.system(Through::Job), &entity, id).await {
            Err(Error::NotFound) => return Ok(()),
            shown => shown?.0,
        };
        let engine = self.clone();
        self.store()
            .write(move |tx| {
                Box::pin(async move {
                    engine.announce(tx, &entity, &[id]).await?;
                    engine.announce_cards(tx, &entity, &[record]).await
                })
            })
            .await
    }

    fn make_thumbnail(&self, digest: &Digest) -> Result<()> {
        let Some(place) = self.thumbnail_place(digest).filter(|place| !place.exists()) else { return Ok(()) };
        let file = match self.files()?.open(digest) {
            // It went meanwhile.
            Err(Error::NotFound) => return Ok(()),
            file => file?,
        };
        // Nothing in it stands for "there is none".
        let bytes = decoded(BufReader::new(file)).and_then(|picture| encoded(&picture)).unwrap_or_else(|error| {
            tracing::info!(%digest, %error, "no small picture can be made");
            Vec::new()
        });
        let write = || {
            let folder = place.parent().unwrap_or(&place);
            std::os::unix::fs::DirBuilderExt::mode(std::fs::DirBuilder::new().recursive(true), 0o700).create(folder)?;
            let beside = place.with_extension("new");
            std::fs::write(&beside, &bytes)?;
            std::fs::rename(&beside, &place)
        };
        write().map_err(Error::internal)
    }
}

/// The first picture of a file, upright, made small.
pub(crate) fn decoded(file: impl std::io::BufRead + std::io::Seek) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::new(file).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let too_large = || image::ImageError::Limits(image::error::LimitError::from_kind(image::error::LimitErrorKind::DimensionError));
    if u64::from(width) * u64::from(height) > MOST_POINTS || decoder.total_bytes() > MOST_MEMORY {
        return Err(too_large());
    }
    decoder.set_limits(limits)?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?.thumbnail(SIDE, SIDE);
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// As PNG where something shows through, else as JPEG.
pub(crate) fn encoded(picture: &DynamicImage) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut bytes, ImageFormat::Png)?;
    } else {
        JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(&picture.to_rgb8())?;
    }
    Ok(bytes.into_inner())
}
