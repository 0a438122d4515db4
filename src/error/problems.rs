//! Every code that a problem may have: what `/problems/<code>` says, and what the API's document lists.

mod desk;

pub struct Problem {
    pub code: &'static str,
    pub status: u16,
    /// Of the problem as such; what happened this time is in `detail`.
    pub title: &'static str,
    pub means: &'static str,
    /// What helps, for who reads the page and for who writes a program.
    pub to_do: &'static str,
}

const ALL: &[Problem] = &[
    Problem {
        code: "sign-in-required",
        status: 401,
        title: "Please sign in",
        means: "The request came without a session or a key, or with one that has ended, has been idle for an hour, or \
                is older than a day.",
        to_do: "Sign in again and repeat the request.",
    },
    Problem {
        code: "sign-on-refused",
        status: 400,
        title: "This sign-on cannot go on",
        means: "Another program, such as the help desk, led somebody here to sign in, and its request does not name a \
                program that is known here together with one of its own addresses.",
        to_do: "Begin again from the portal. Who runs that program compares its client id and its redirect address with \
                what was entered in the portal.",
    },
    Problem {
        code: "bad-credentials",
        status: 401,
        title: "Address or password is not right",
        means: "No account has this address and this password together. The answer is the same whichever of them is \
                wrong, and also for an account that has no password yet.",
        to_do: "Check both. If in doubt, ask for a link to set a new password.",
    },
    Problem {
        code: "role-required",
        status: 403,
        title: "Your role does not open this",
        means: "You are a contact of this organisation, and none of the roles you hold there opens this application.",
        to_do: "Ask the contact that the detail names; the Primary contact assigns the roles.",
    },
    Problem {
        code: "cross-site",
        status: 403,
        title: "This did not come from the portal",
        means: "A browser sent this change from a page of another site. It was not carried out.",
        to_do: "Open the portal itself and do it there. A program sends neither Origin nor Sec-Fetch-Site.",
    },
    Problem {
        code: "not-found",
        status: 404,
        title: "There is nothing here",
        means: "Nothing has this address, or it belongs to an organisation that you are no verified contact of. The \
                answer is the same, so that nobody can find out what exists.",
        to_do: "Check the address, or start from your home page.",
    },
    Problem {
        code: "method-not-allowed",
        status: 405,
        title: "This cannot be done here",
        means: "The address exists and does not answer this method.",
        to_do: "Use one of the methods in the Allow header.",
    },
    Problem {
        code: "duplicate-payment",
        status: 409,
        title: "This payment is recorded already",
        means: "A record of the same invoice with the same amount and reference is there, and was not rejected.",
        to_do: "Open the record that the detail names. For another payment of the invoice, give its own reference.",
    },
    Problem {
        code: "not-in-this-state",
        status: 409,
        title: "It is too late for this, or too early",
        means: "It is in a state in which this cannot be done, or somebody was quicker; the detail says who.",
        to_do: "Read the record again; its status says what can be done.",
    },
    Problem {
        code: "contact-limit",
        status: 409,
        title: "All places are taken",
        means: "An organisation has at most 5 contacts, verified or not.",
        to_do: "Delete a contact before you add another.",
    },
    Problem {
        code: "contact-exists",
        status: 409,
        title: "This address is there already",
        means: "The address is a contact of this organisation already; capital letters make no difference.",
        to_do: "Look for it in the list of contacts. If it is not verified, send the mail again.",
    },
    Problem {
        code: "key-exists",
        status: 409,
        title: "There is a key of this name",
        means: "An API key with this name works already. With two of them nobody could tell in the audit log which program \
                did what.",
        to_do: "Choose another name, or rotate that key. If its answer was lost on the way, revoke it first.",
    },
    Problem {
        code: "key-ended",
        status: 409,
        title: "This key cannot be rotated",
        means: "The API key has been revoked, has expired, or has a successor already.",
        to_do: "Rotate the successor, or make a new key.",
    },
    Problem {
        code: "partner-exists",
        status: 409,
        title: "There is a partner of this name",
        means: "Two partners of one name would be taken for one another; capital letters make no difference.",
        to_do: "Look for it among the partners, or choose a name that tells them apart.",
    },
    Problem {
        code: "already-verified",
        status: 409,
        title: "This contact is verified",
        means: "The contact has confirmed the address, so there is nothing to send.",
        to_do: "Reload the list of contacts.",
    },
    Problem {
        code: "primary-cannot-be-deleted",
        status: 409,
        title: "The Primary contact stays",
        means: "An organisation always has a Primary contact, so the one who holds the role cannot be deleted.",
        to_do: "Hand the Primary role to another contact first.",
    },
    Problem {
        code: "link-spent",
        status: 410,
        title: "This link has been used or has expired",
        means: "Each link in a mail works once and for a limited time, and a newer one voids the older.",
        to_do: "Ask for a new link, or look for a newer mail.",
    },
    Problem {
        code: "stale",
        status: 412,
        title: "Somebody else was here meanwhile",
        means: "What you changed is no longer what you had read. Your change was not carried out, so nobody's was lost.",
        to_do: "Read it again, and send the change with the new ETag as If-Match.",
    },
    Problem {
        code: "too-large",
        status: 413,
        title: "This is too large",
        means: "The body of a request has at most 64 kB; of one with files, each file has at most 5 MB and all together 26.",
        to_do: "Send less, or smaller files.",
    },
    Problem {
        code: "unsupported-media-type",
        status: 415,
        title: "This kind of body is not understood",
        means: "The Content-Type is missing, was sent twice, or is another than expected.",
        to_do: "Send application/json to the API, and multipart/form-data with files.",
    },
    Problem {
        code: "misdirected",
        status: 421,
        title: "This is not an address of the portal",
        means: "The request named another host than the portal's own.",
        to_do: "Use the address that stands in the portal's mails.",
    },
    Problem {
        code: "invalid",
        status: 422,
        title: "Some fields need another look",
        means: "The body is not UTF-8 or not an object, a field is missing, unknown, sent twice or of the wrong type, or \
                its text does not fit. The same holds for an Idempotency-Key that cannot be read.",
        to_do: "Correct each entry of errors; its field, code and message say what is wrong.",
    },
    Problem {
        code: "idempotency-key-reused",
        status: 422,
        title: "This key belongs to another request",
        means: "Within the last 24 hours this Idempotency-Key came with another path or body.",
        to_do: "Take a new key for a new request, and repeat a request byte by byte with its own key.",
    },
    Problem {
        code: "role-needs-verified-contact",
        status: 422,
        title: "Only a verified contact can hold a role",
        means: "The id is of no contact of this organisation, or of one that has not confirmed the address yet.",
        to_do: "Choose another contact, or wait until this one has pressed the link in the mail.",
    },
    Problem {
        code: "primary-required",
        status: 422,
        title: "An organisation always has a Primary contact",
        means: "The Primary role can be handed over and cannot be vacant.",
        to_do: "Name the contact who shall be Primary.",
    },
    Problem {
        code: "partner-required",
        status: 422,
        title: "Partner and channel do not fit",
        means: "A customer who orders through a partner has one that is on record, and one who orders directly has none.",
        to_do: "Send the id of a partner with the channel partner, and none with the channel direct.",
    },
    Problem {
        code: "already-primary",
        status: 422,
        title: "This is the Primary contact",
        means: "The address is that of the contact who is to be replaced.",
        to_do: "Send the address of whoever shall follow.",
    },
    Problem {
        code: "precondition-required",
        status: 428,
        title: "Say which version you change",
        means: "A change to what others may change too needs the version that it is based on.",
        to_do: "Read it first and send its ETag as If-Match, once.",
    },
    Problem {
        code: "slow-down",
        status: 429,
        title: "Please slow down",
        means: "This was asked for too often within a short time.",
        to_do: "Wait for the seconds of the Retry-After header.",
    },
    Problem {
        code: "our-fault",
        status: 500,
        title: "This is our fault",
        means: "Something went wrong on our side, and nothing was saved.",
        to_do: "Try again. If it happens again, write to support and mention the request id.",
    },
    Problem {
        code: "try-again",
        status: 503,
        title: "Please try again in a moment",
        means: "The database is busy or out of reach, and nothing was saved.",
        to_do: "Repeat the request after the seconds of the Retry-After header, a POST with the same Idempotency-Key.",
    },
    Problem {
        code: "not-healthy",
        status: 503,
        title: "The portal is not ready",
        means: "The database is out of reach, or a migration has not been applied yet.",
        to_do: "Whoever runs the portal finds the cause in its log.",
    },
];

#[must_use]
pub fn find(code: &str) -> Option<&'static Problem> {
    all().find(|it| it.code == code)
}

/// With those of the vendor's own calls.
pub fn all() -> impl Iterator<Item = &'static Problem> {
    ALL.iter().chain(desk::ALL)
}
