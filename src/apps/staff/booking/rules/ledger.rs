//! What there is, and what becomes of it order by order: the second order of an import finds what the first has made.

use super::{Customer, Held, Kind, LicenceKind, MOST_QUANTITY, NewLine, NewOrder, Period, Product};
use crate::apps::licences::Cause;
use crate::apps::orders::Agreement;
use crate::kernel::{Day, EventId, FieldError, Flag, LicenceId, OrderId, OrgId, ProductId, SubscriptionId};

pub struct Ledger {
    pub products: Vec<Product>,
    pub held: Vec<Held>,
    pub periods: Vec<Period>,
    pub today: Day,
}

/// New ids, made beforehand: more than an order can need, since rules make none.
pub struct Ids {
    pub order: OrderId,
    pub lines: Vec<(SubscriptionId, LicenceId, EventId)>,
}

/// An order, and all that it does.
#[derive(Debug)]
pub struct Booked {
    pub id: OrderId,
    pub org_id: OrgId,
    pub order: NewOrder,
    pub started: Vec<Started>,
    pub moves: Vec<Move>,
}

/// A period that a line begins.
#[derive(Debug)]
pub struct Started {
    pub id: SubscriptionId,
    pub renews: Vec<SubscriptionId>,
}

/// A licence that an order makes or moves.
#[derive(Debug, Clone)]
pub struct Move {
    pub licence: LicenceId,
    pub event: EventId,
    pub product_id: ProductId,
    pub product: String,
    pub kind: LicenceKind,
    pub valid_from: Day,
    /// None: the licence is new.
    pub old_valid_till: Option<Day>,
    pub new_valid_till: Day,
    pub cause: Cause,
}

impl Ledger {
    /// Books it, or says all that is wrong with it; then nothing has changed.
    pub fn book(&mut self, org: &Customer, order: NewOrder, ids: &Ids) -> Result<Booked, Vec<FieldError>> {
        let mut errors = self.flaws_of_order(&order);
        let mut renews: Vec<Vec<SubscriptionId>> = Vec::new();
        for (at, line) in order.lines.iter().enumerate() {
            errors.extend(self.flaws_of_line(org, &order, at, line));
            let claimed: Vec<SubscriptionId> = renews.iter().flatten().cloned().collect();
            renews.push(self.followed(org, &order, line, &claimed));
        }
        if errors.is_empty() && order.kind == Kind::Renewal && renews.iter().all(Vec::is_empty) {
            let said =
                "No line follows a period that this customer has. Book it as new, or check product and SKU.";
            errors.push(FieldError::new("kind", "nothing-to-renew", said));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let moves = self.moves(org, &order, ids);
        let started = ids.lines.iter().zip(renews).map(|(it, renews)| Started { id: it.0.clone(), renews });
        let booked = Booked {
            id: ids.order.clone(),
            org_id: org.id.clone(),
            started: started.collect(),
            moves,
            order,
        };
        self.enter(&booked);
        Ok(booked)
    }

    fn flaws_of_order(&self, order: &NewOrder) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, day) in [("ordered_on", Some(order.ordered_on)), ("po_on", order.po_on)] {
            if day.is_some_and(|it| it > self.today) {
                let said = format!("This day is still to come. Today is {}.", self.today.words());
                errors.push(FieldError::new(field, "in-the-future", said));
            }
        }
        if order.is_trial && order.kind != Kind::New {
            let said = "A trial is a new order. Take the tick away, or choose New.";
            errors.push(FieldError::new("is_trial", "trial-is-new", said));
        }
        errors
    }

    fn flaws_of_line(&self, org: &Customer, order: &NewOrder, at: usize, line: &NewLine) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut flaw = |field: &str, code, said: String| {
            errors.push(FieldError::new(&format!("lines.{}.{field}", line.place), code, said));
        };
        if !self.products.iter().any(|it| it.id == line.product_id) {
            let said = "The catalogue has no such product. Choose one of it, or add it there first.";
            flaw("product_id", "unknown-product", said.to_owned());
        }
        match (order.agreement, line.quantity) {
            (_, Some(quantity)) if quantity < 1 => {
                flaw("quantity", "not-above-zero", "Write a quantity of at least 1.".to_owned());
            }
            (_, Some(quantity)) if quantity > MOST_QUANTITY => {
                flaw("quantity", "too-many", format!("Write a quantity of at most {MOST_QUANTITY}."));
            }
            (Agreement::PpuPostpaid, Some(_)) => {
                let said = "PPU-Postpaid is metered and has no quantity. Leave it empty, or choose another agreement.";
                flaw("quantity", "metered", said.to_owned());
            }
            (Agreement::Contract | Agreement::PpuPrepaid, None) => {
                let said = "Write how many were ordered. Only PPU-Postpaid is metered and has no quantity.";
                flaw("quantity", "required", said.to_owned());
            }
            (Agreement::PpuPostpaid, None) | (Agreement::Contract | Agreement::PpuPrepaid, Some(_)) => {}
        }
        if line.valid_till < line.valid_from {
            let said = format!(
                "This lies before the first day, {}. Write the last day that is paid for.",
                line.valid_from.words()
            );
            flaw("valid_till", "end-before-start", said);
            return errors;
        }
        let held = self.held_of(org, &line.product_id);
        if order.is_trial
            && held.is_some_and(|it| it.cancelled_on.is_none() && it.kind == LicenceKind::Subscription)
        {
            let said = "The customer has a licence of this product already, so there is nothing to try.";
            flaw("product_id", "has-licence", said.to_owned());
        }
        if let Some(renews) = &line.renews {
            match self.periods.iter().find(|it| it.org_id == org.id && it.id == *renews) {
                Some(it) if order.kind == Kind::Renewal && it.is_open() => {
                    if let Some(last) = it.last_day().filter(|last| *last >= line.valid_from) {
                        flaw("valid_from", "overlaps", overlap(&it.sku, last, it.order_number.as_deref()));
                        return errors;
                    }
                }
                Some(_) if order.kind != Kind::Renewal => {
                    flaw(
                        "renews",
                        "no-renewal",
                        "Only a line of a renewal follows another period.".to_owned(),
                    );
                }
                _ => {
                    let said = "There is no such subscription, or it was renewed or cancelled already.";
                    flaw("renews", "cannot-be-renewed", said.to_owned());
                }
            }
        }
        match order.kind {
            Kind::TopUp => {
                let within = |it: &&Period| {
                    it.org_id == org.id
                        && it.product_id == line.product_id
                        && it.runs_within(line.valid_from, line.valid_till)
                };
                if !self.periods.iter().any(|it| within(&it)) {
                    let said = "The customer has no subscription of this product in that time to top up. Book it as new.";
                    flaw("product_id", "nothing-to-top-up", said.to_owned());
                }
            }
            Kind::New | Kind::Renewal => {
                if let Some((last, number)) = self.in_the_way(org, order, line) {
                    flaw("valid_from", "overlaps", overlap(line.sku.as_str(), last, number));
                } else if order.lines.iter().take(at).any(|it| is_same(it, line)) {
                    let said =
                        "Another line of this order has the same SKU in that time. Add up the quantities.";
                    flaw("valid_from", "overlaps", said.to_owned());
                }
            }
        }
        errors
    }

    /// The last day, and the order, of a period of the same SKU that runs in that time; a trial gives way.
    fn in_the_way(&self, org: &Customer, order: &NewOrder, line: &NewLine) -> Option<(Day, Option<&str>)> {
        let same = self.periods.iter().filter(|it| {
            it.org_id == org.id && it.product_id == line.product_id && it.sku == line.sku.as_str()
        });
        let runs = same.filter(|it| {
            it.runs_within(line.valid_from, line.valid_till) && (order.is_trial || !it.is_trial.0)
        });
        let last = runs.max_by_key(|it| it.last_day())?;
        Some((last.last_day()?, last.order_number.as_deref()))
    }

    /// The periods that this line takes the place of.
    fn followed(
        &self,
        org: &Customer,
        order: &NewOrder,
        line: &NewLine,
        claimed: &[SubscriptionId],
    ) -> Vec<SubscriptionId> {
        let follows = |it: &&Period| {
            let same = it.product_id == line.product_id;
            let trial = it.is_trial.0 && !order.is_trial && order.kind != Kind::TopUp;
            let before = it.last_day().is_none_or(|last| last < line.valid_from);
            let named = line.renews.as_ref() == Some(&it.id);
            let renewed = order.kind == Kind::Renewal && before && (it.sku == line.sku.as_str() || named);
            same && it.is_open() && (trial || renewed)
        };
        let mine = self.periods.iter().filter(|it| it.org_id == org.id);
        mine.filter(follows).map(|it| it.id.clone()).filter(|it| !claimed.contains(it)).collect()
    }

    fn moves(&self, org: &Customer, order: &NewOrder, ids: &Ids) -> Vec<Move> {
        let mut seen: Vec<&ProductId> = Vec::new();
        let mut moves = Vec::new();
        for (line, ids) in order.lines.iter().zip(&ids.lines) {
            if seen.contains(&&line.product_id) {
                continue;
            }
            seen.push(&line.product_id);
            let lines = order.lines.iter().filter(|it| it.product_id == line.product_id);
            let (from, till) = lines.fold((line.valid_from, line.valid_till), |(from, till), it| {
                (from.min(it.valid_from), till.max(it.valid_till))
            });
            moves.extend(self.moved(org, order, &line.product_id, (from, till), (&ids.1, &ids.2)));
        }
        moves
    }

    /// What becomes of the product's licence; nothing where it reaches as far already.
    fn moved(
        &self,
        org: &Customer,
        order: &NewOrder,
        product: &ProductId,
        (from, till): (Day, Day),
        (licence, event): (&LicenceId, &EventId),
    ) -> Option<Move> {
        let bought = if order.is_trial { LicenceKind::Trial } else { LicenceKind::Subscription };
        let name = self.products.iter().find(|it| it.id == *product).map_or("", |it| it.name.as_str());
        let mut it = Move {
            licence: licence.clone(),
            event: event.clone(),
            product_id: product.clone(),
            product: name.to_owned(),
            kind: bought,
            valid_from: from,
            old_valid_till: None,
            new_valid_till: till,
            cause: if order.kind == Kind::Renewal { Cause::Renewal } else { Cause::Order },
        };
        if let Some(held) = self.held_of(org, product) {
            let is_over = held.cancelled_on.is_some();
            it.licence = held.id.clone();
            it.old_valid_till = Some(held.valid_till);
            if !is_over {
                it.new_valid_till = till.max(held.valid_till);
                // A gap in between is no reason to say that it began anew.
                it.valid_from = if held.valid_till < self.today { from } else { held.valid_from };
            }
            if !is_over && it.new_valid_till == held.valid_till && it.kind == held.kind {
                return None;
            }
        }
        Some(it)
    }

    fn held_of(&self, org: &Customer, product: &ProductId) -> Option<&Held> {
        self.held.iter().find(|it| it.org_id == org.id && it.product_id == *product)
    }

    fn enter(&mut self, booked: &Booked) {
        let Booked { order, org_id, .. } = booked;
        for (line, started) in order.lines.iter().zip(&booked.started) {
            for earlier in self.periods.iter_mut().filter(|it| started.renews.contains(&it.id)) {
                earlier.renewed_by = Some(started.id.clone());
            }
            self.periods.push(Period {
                id: started.id.clone(),
                org_id: org_id.clone(),
                order_id: Some(booked.id.clone()),
                order_number: Some(order.number.as_str().to_owned()),
                product_id: line.product_id.clone(),
                product: String::new(),
                sku: line.sku.as_str().to_owned(),
                description: line.description.as_str().to_owned(),
                quantity: line.quantity,
                unit: line.unit.as_str().to_owned(),
                agreement: order.agreement,
                starts_on: line.valid_from,
                valid_till: line.valid_till,
                is_trial: Flag(order.is_trial),
                cancelled_on: None,
                renewed_by: None,
            });
        }
        for it in &booked.moves {
            match self.held.iter_mut().find(|held| held.id == it.licence) {
                Some(held) => {
                    (held.kind, held.valid_from, held.valid_till) =
                        (it.kind, it.valid_from, it.new_valid_till);
                    held.cancelled_on = None;
                }
                None => self.held.push(Held {
                    id: it.licence.clone(),
                    org_id: org_id.clone(),
                    product_id: it.product_id.clone(),
                    kind: it.kind,
                    valid_from: it.valid_from,
                    valid_till: it.new_valid_till,
                    cancelled_on: None,
                    version: 0,
                }),
            }
        }
    }
}

fn is_same(one: &NewLine, other: &NewLine) -> bool {
    one.product_id == other.product_id
        && one.sku == other.sku
        && one.valid_from <= other.valid_till
        && other.valid_from <= one.valid_till
}

fn overlap(sku: &str, last: Day, number: Option<&str>) -> String {
    let by = number.map(|it| format!(" by order {it}")).unwrap_or_default();
    format!(
        "{sku} is ordered till {}{by}. Start on {}, or book a top-up.",
        last.words(),
        last.plus(1).words()
    )
}
