//! Every code that a problem may have: what `/problems/<code>` says, and what the API's document lists.

mod vendor;

pub struct Problem {
    pub code: &'static str,
    pub status: u16,
    /// Of the problem as such; what happened this time is in `detail`.
    pub title: &'static str,
    pub means: &'static str,
    /// What helps, for who reads the page and for who writes a program.
    pub to_do: &'static str,
}

const COMMON: &[Problem] = &[
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
        means: "It is in a state in which this cannot be done, or somebody was quicker; the detail says who and what.",
        to_do: "Read it again; its status says what can be done.",
    },
    Problem {
        code: "no-gateway",
        status: 409,
        title: "Paying online is not set up",
        means: "This installation names no payment gateway, or lacks a secret that its gateway needs.",
        to_do: "Pay by bank transfer to the account that the invoice names. Who runs the portal finds what is missing on \
                its page \"Installation\".",
    },
    Problem {
        code: "not-signed",
        status: 400,
        title: "The message is not believed",
        means: "A message in the name of the payment gateway has no signature that this portal knows, was altered on its \
                way, or is older than five minutes.",
        to_do: "Compare the signing secret of the gateway's endpoint with STRIPE_WEBHOOK_SECRET, and the clocks of both.",
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
        code: "cannot-be-renewed",
        status: 422,
        title: "This subscription cannot be renewed",
        means: "It is none of this customer's, or it was renewed or cancelled already.",
        to_do: "Read the customer's subscriptions again.",
    },
    Problem {
        code: "nothing-to-top-up",
        status: 422,
        title: "There is nothing to top up",
        means: "The customer has no subscription of the product in that time.",
        to_do: "Send kind new.",
    },
    Problem {
        code: "after-the-end",
        status: 422,
        title: "It has ended by then",
        means: "What is cancelled ends by itself before that day.",
        to_do: "Choose an earlier day, or leave it as it is.",
    },
    Problem {
        code: "licence-cancelled",
        status: 422,
        title: "This licence is cancelled",
        means: "A licence that is cancelled has no end to be moved.",
        to_do: "Send cancelled_on null first, or book an order.",
    },
    Problem {
        code: "nothing-changes",
        status: 422,
        title: "It is so already",
        means: "What is asked for is how it stands.",
        to_do: "Read it again; there may be nothing left to do.",
    },
    Problem {
        code: "confirmation-needed",
        status: 422,
        title: "This needs a second yes",
        means: "The licence would end in the past, so the product stops at once.",
        to_do: "Send confirm true if that is meant.",
    },
    Problem {
        code: "only-when-reconciled",
        status: 422,
        title: "Only a reconciled payment moves licences",
        means: "Dates came with a decision that is no reconciliation.",
        to_do: "Leave licences out.",
    },
    Problem {
        code: "unknown-licence",
        status: 422,
        title: "The customer has no such licence",
        means: "The id is of no licence of this customer.",
        to_do: "Take the ids from the customer's licences.",
    },
    Problem {
        code: "earlier-than-now",
        status: 422,
        title: "A payment shortens nothing",
        means: "The licence is valid for longer already.",
        to_do: "Send a later day, or leave the licence out.",
    },
    Problem {
        code: "twice",
        status: 422,
        title: "This stands here twice",
        means: "The same thing is named more than once.",
        to_do: "Name it once.",
    },
    Problem {
        code: "out-of-range",
        status: 422,
        title: "This number cannot be",
        means: "A number is smaller or larger than makes sense.",
        to_do: "The detail names the limits.",
    },
    Problem {
        code: "before-the-grace",
        status: 422,
        title: "The suspension ends before the grace",
        means: "Access ends only after the days of grace.",
        to_do: "Send at least as many days of suspension.",
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

pub fn all() -> impl Iterator<Item = &'static Problem> {
    COMMON.iter().chain(vendor::PROBLEMS)
}

#[must_use]
pub fn find(code: &str) -> Option<&'static Problem> {
    all().find(|it| it.code == code)
}
