use maud::{Markup, Render, html};

/// Drawn on a 24 by 24 grid with one stroke. The path stands in the page and not in a sprite file, because
/// Firefox counts an external `use` as `default-src`, which our policy sets to 'none'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Home,
    Bell,
    Users,
    User,
    Book,
    Key,
    Card,
    Chart,
    Lifebuoy,
    Receipt,
    External,
    Check,
    Clock,
    Alert,
    Cross,
    Mail,
    Shield,
    Building,
    Plus,
    Arrow,
    Back,
    Down,
    Copy,
    Monitor,
    Phone,
    LogOut,
    Swap,
    Pencil,
    Search,
    Info,
    Dot,
    More,
    Keyboard,
    Sun,
    Moon,
    Download,
    Calendar,
    Lock,
    Trash,
    Send,
    Refresh,
    Document,
    Globe,
    Bank,
    Pin,
    Megaphone,
    Rows,
    Columns,
}

impl Render for Icon {
    fn render(&self) -> Markup {
        html! { svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(self.path()); } }
    }
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Home => "M4 11l8-7 8 7M6 9.3V19a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V9.3M10 20v-6h4v6",
            Self::Bell => "M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4",
            Self::Users => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14a6.5 6.5 0 0 1 3.5 6"
            }
            Self::User => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20.5a7.5 7.5 0 0 1 15 0",
            Self::Book => {
                "M12 6.5C10 5 7.5 4.5 4 4.5v13c3.5 0 6 .5 8 2 2-1.5 4.5-2 8-2v-13c-3.5 0-6 .5-8 2zM12 6.5v13"
            }
            Self::Key => "M4 16a4 4 0 1 0 8 0a4 4 0 1 0-8 0M11 13l9-9M16.5 7.5l3 3M14 10l2 2",
            Self::Card => {
                "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3 10h18M7 15h3"
            }
            Self::Chart => "M4 4v15a1 1 0 0 0 1 1h15M8.5 16v-4M13 16V8M17.5 16v-6",
            Self::Lifebuoy => {
                "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M8.5 12a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M5.6 5.6l3.9 3.9M14.5 14.5l3.9 3.9M18.4 5.6l-3.9 3.9M9.5 14.5l-3.9 3.9"
            }
            Self::Receipt => "M6 3h12v18l-3-2-3 2-3-2-3 2zM9.5 8h5M9.5 12h5",
            Self::External => "M13 5h6v6M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Clock => "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l3 2",
            Self::Alert => {
                "M10.3 4.2L2.6 17.5a2 2 0 0 0 1.7 3h15.4a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0zM12 9.5v4M12 17v.01"
            }
            Self::Cross => "M6 6l12 12M18 6L6 18",
            Self::Mail => {
                "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3.5 7.5l8.5 6 8.5-6"
            }
            Self::Shield => "M12 3l8 3v5.5c0 4.5-3.2 8-8 9.5-4.8-1.5-8-5-8-9.5V6zM8.5 12l2.5 2.5 4.5-5",
            Self::Building => {
                "M5 21V5a1 1 0 0 1 1-1h8a1 1 0 0 1 1 1v16M15 10h3a1 1 0 0 1 1 1v10M3 21h18M8.5 8h3M8.5 12h3M8.5 16h3"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Arrow => "M5 12h14M13 6l6 6-6 6",
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Down => "M6 9l6 6 6-6",
            Self::Copy => {
                "M9 10a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM5 15a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1"
            }
            Self::Monitor => {
                "M4 4h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8.5 20h7M12 16v4"
            }
            Self::Phone => "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
            Self::LogOut => "M10 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h4M15 8l4 4-4 4M19 12H10",
            Self::Swap => "M7 4L3.5 7.5 7 11M3.5 7.5H18M17 13l3.5 3.5L17 20M20.5 16.5H6",
            Self::Pencil => "M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19zM14.5 6.5l3 3",
            Self::Search => "M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0M16 16l4.5 4.5",
            Self::Info => "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 11v5M12 8v.01",
            Self::Dot => "M12 12v.01",
            Self::More => {
                "M4.5 12a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0M11.5 12a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0M18.500 12a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0"
            }
            Self::Keyboard => {
                "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM7 10v.01M10.5 10v.01M14 10v.01M17 10v.01M8 14h8"
            }
            Self::Sun => {
                "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Download => "M12 4v11M7 10.5l5 5 5-5M5 20h14",
            Self::Calendar => {
                "M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM4 11h16M8.5 3.5V8M15.5 3.5V8"
            }
            Self::Lock => {
                "M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8 11V8a4 4 0 0 1 8 0v3"
            }
            Self::Trash => {
                "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1l1-12M10.5 11v5M13.5 11v5"
            }
            Self::Send => "M20.5 3.5L10 14M20.5 3.5L14 20.5 10 14 3.5 10z",
            Self::Refresh => "M19.5 9.5A8 8 0 0 0 5 8M4.5 14.5A8 8 0 0 0 19 16M5 3.5V8h4.5M19 20.5V16h-4.5",
            Self::Document => {
                "M7 3h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M9.5 13h5M9.5 17h5"
            }
            Self::Globe => {
                "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M3 12h18M12 3c2.5 2.5 3.8 5.5 3.8 9s-1.3 6.5-3.8 9c-2.5-2.5-3.8-5.5-3.8-9S9.5 5.500 12 3"
            }
            Self::Pin => "M9 3.5h6M10 3.5v6L6.500 13.500v1.500h11v-1.500L14 9.500v-6M12 15v6",
            Self::Megaphone => {
                "M4 10v4a1 1 0 0 0 1 1h2.500L16 19.500v-15L7.500 9H5a1 1 0 0 0-1 1zM19 9.500a3.500 3.500 0 0 1 0 5M8.500 15l1 5h2"
            }
            Self::Rows => "M4 6h16M4 12h16M4 18h16",
            Self::Columns => "M6 20v-7M12 20V5M18 20v-11",
            Self::Bank => "M3.500 9.500L12 4l8.500 5.500zM5.500 10v7M10 10v7M14 10v7M18.500 10v7M4 20h16",
        }
    }
}
