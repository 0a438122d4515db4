use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// `SQLite` has no boolean: a column holds 0 or 1, and D1 hands that over as a float which serde will not
/// read as `bool`. Anything but 0 and 1 is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match i64::deserialize(from)? {
            0 => Ok(Self(false)),
            1 => Ok(Self(true)),
            other => Err(D::Error::custom(format!("{other} is neither 0 nor 1"))),
        }
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(self.0)
    }
}
