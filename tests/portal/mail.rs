use portal::page::{Brand, Mail, MailButton, MailText};

fn brand() -> Brand {
    Brand {
        vendor_name: "Meridian Software".to_owned(),
        support_email: "support@vendor.example".to_owned(),
        documentation_url: None,
    }
}

fn sample() -> Mail {
    let code = "c2VjcmV0LXRva2VuLW9mLWEtc2FtcGxlLW1haWwtMDE";
    let text = MailText {
        subject: "Verify your e-mail address for Acme <Textiles>".to_owned(),
        greeting: "Hello Zoë d'Souza,".to_owned(),
        lines: vec![
            "Ananya Iyer has added you as a contact of Acme <Textiles> in the customer portal of Meridian Software."
                .to_owned(),
            "Confirm that this address is yours. After that you can sign in and be given a role.".to_owned(),
        ],
        button: Some(MailButton {
            label: "Verify your Email",
            url: format!("https://portal.vendor.example/verify#{code}"),
            code: Some(code.to_owned()),
        }),
        after: vec![
            "The link works once, for 7 days. If it has expired, ask your Primary contact to send a new one."
                .to_owned(),
        ],
        reason: "You get this because Ananya Iyer entered your address as a contact of Acme <Textiles>.".to_owned(),
        unsubscribe: None,
    };
    text.dressed(&brand())
}

#[test]
fn both_parts_of_a_mail() {
    let mail = sample();
    insta::assert_snapshot!("mail_text", mail.text);
    insta::assert_snapshot!("mail_html", mail.html);
}

#[test]
fn one_link_in_each_part_and_nothing_to_load() {
    let mail = sample();
    assert_eq!(mail.text.matches("://").count(), 1);
    assert_eq!(mail.html.matches("href=").count(), 1);
    for word in ["<img", "<script", "url(", "src=", "<Textiles>"] {
        assert!(!mail.html.contains(word), "{word}");
    }
    assert!(mail.text.lines().all(|it| it.chars().count() <= 72 || !it.contains(' ')), "{}", mail.text);
}

#[test]
fn a_mail_without_a_button_has_no_gap() {
    let text = MailText {
        subject: "A role".to_owned(),
        greeting: "Hello,".to_owned(),
        lines: vec!["It changed.".to_owned()],
        reason: "You get this because you are a contact.".to_owned(),
        ..MailText::default()
    };
    let mail = text.dressed(&brand());
    assert!(mail.text.starts_with("Hello,\n\nIt changed.\n\n-- \n"), "{}", mail.text);
    assert!(!mail.text.contains("\n\n\n") && !mail.html.contains("href="), "{}", mail.text);
}
