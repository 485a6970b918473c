//! Marketing: lists of people and companies, addresses that are written to no more, mailings, and the ledger of what was sent to
//! whom.

pub mod deliveries;
pub mod lists;
pub mod mailings;
pub mod senders;
pub mod sending;
pub mod suppression;
pub mod unsubscribe;

#[cfg(test)]
mod tests;

/// The area.
pub fn area() -> engine::Area {
    engine::Area::new("marketing")
        .slice(mailings::slice())
        .slice(lists::slice())
        .slice(suppression::slice())
        .slice(senders::slice())
        .slice(deliveries::slice())
        .slice(sending::slice())
        .slice(unsubscribe::slice())
}

/// The pages of the area that are not made from descriptions.
pub fn routes(routes: web::Routes) -> web::Routes {
    unsubscribe::routes(mailings::routes(routes))
}

/// So many places for values in a statement: a number that few statements share, so that each stays prepared. What is too few is
/// filled up with the last value.
pub(crate) fn places(values: &mut Vec<kernel::Value>, from: usize) -> String {
    let count = values.len() - from;
    let wanted = count.next_power_of_two();
    if let Some(last) = values.last().cloned() {
        values.resize(from + wanted, last);
    }
    vec!["?"; wanted].join(", ")
}
