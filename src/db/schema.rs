//! What `schema.sql` says about itself.

const TEXT: &str = include_str!("../../schema.sql");

/// Names of all tables, triggers and views: what a database has once its migrations are applied.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEXT.lines().filter_map(|it| {
        let rest = ["create table ", "create trigger ", "create view "]
            .iter()
            .find_map(|made| it.strip_prefix(made))?;
        rest.split(' ').next()
    })
}

/// The statement that makes this trigger.
#[must_use]
pub fn trigger(name: &str) -> Option<&'static str> {
    let mut starts = TEXT.match_indices("create trigger ").filter_map(|it| TEXT.get(it.0..));
    let from = starts.find(|it| it.split(' ').nth(2) == Some(name))?;
    from.get(..from.find("\nend;")? + "\nend".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_and_triggers() {
        let all: Vec<_> = names().collect();
        assert!(
            ["person", "audit_is_never_deleted", "reach_now"].iter().all(|it| all.contains(it)),
            "{all:?}"
        );
        let text = trigger("audit_is_never_deleted").unwrap();
        assert!(
            text.starts_with("create trigger audit_is_never_deleted before delete")
                && text.ends_with("\nend")
        );
        assert_eq!(trigger("audit"), None);
    }
}
