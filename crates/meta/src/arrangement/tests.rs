use super::{Arranged, Arrangement};
use crate::Entity;
use crate::fields::{Text, text};

crate::entity! { "vehicle" {
    PLATE: Text = text("plate").required(),
    MAKE: Text = text("make"),
    COLOUR: Text = text("colour"),
    REMARKS: Text = text("remarks"),
}}

fn vehicle() -> Entity {
    Entity::new("vehicle", "vehicles", fields()).section("vehicle", &["plate", "make", "colour"]).section("other", &["remarks"])
}

fn section(key: &str, fields: &[&str]) -> Arranged {
    Arranged { key: key.to_owned(), words: None, fields: fields.iter().map(|key| (*key).to_owned()).collect() }
}

fn told(entity: &Entity) -> Vec<String> {
    let sections = entity.layout.iter().map(|section| format!("{}: {}", section.key, section.fields.join(" ")));
    sections.chain([format!("out: {}", entity.unplaced.join(" "))]).collect()
}

#[test]
fn sections_and_what_stands_in_them_follow_the_arrangement() {
    let mut entity = vehicle();
    let own = section("x_yard", &["colour"]);
    let arrangement = Arrangement { sections: vec![section("other", &["remarks", "plate"]), own], out: vec!["make".to_owned()] };
    assert_eq!(Arrangement::parse(&arrangement.written()).as_ref(), Some(&arrangement), "its text is read again");
    entity.arrange(&arrangement, "");
    assert_eq!(told(&entity), ["other: remarks plate", "x_yard: colour", "out: make"]);

    // A role's stands on everybody's, and its own sections are its own.
    let for_role =
        Arrangement { sections: vec![section("x_yard", &["make"]), section("other", &["plate"])], out: vec!["colour".to_owned()] };
    entity.arrange(&for_role, "agent");
    assert_eq!(
        told(&entity),
        ["x_yard-agent: make", "other: plate remarks", "out: colour"],
        "what it does not name stays where everybody has it"
    );
}

#[test]
fn an_arrangement_outlives_the_descriptions_it_was_made_of() {
    // What it names is gone, stands twice, or came later.
    let mut entity = vehicle();
    let old = section("vehicle", &["plate", "wheels", "plate"]);
    entity.arrange(&Arrangement { sections: vec![old, section("gone", &[])], out: vec!["doors".to_owned()] }, "");
    assert_eq!(told(&entity), ["vehicle: plate make colour", "gone: ", "other: remarks", "out: "]);

    let mut entity = vehicle();
    let nothing = Arrangement { sections: Vec::new(), out: ["plate", "make", "colour", "remarks"].map(str::to_owned).to_vec() };
    entity.arrange(&nothing, "");
    assert_eq!(told(&entity), told(&vehicle()), "a card shows something");
    assert_eq!(Arrangement::parse("{\"sections\":1}"), None);
}
