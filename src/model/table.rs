//! The table: every name resolved to an id, every id to a thing.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::ops::Index;
use std::rc::Rc;

use crate::litellm::Routing;
use crate::source::{Entry, FileId, Place, Span, Spanned, to_u32, to_usize};

use super::{
    Account, DeployPath, Egress, Gateway, Key, Model, ModelIndex, Name, Observability, Parity, Provider, Route, Step,
    Symptom, TableVersion, Target, Waiver,
};

/// The number of a thing in its [`Arena`].
pub struct Id<T> {
    number: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The number, from 0.
    pub fn number(self) -> usize {
        to_usize(self.number)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}

impl<T> std::fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "#{}", self.number)
    }
}

/// Things of one kind, in source order; they are added and never removed.
#[derive(Clone, Debug)]
pub struct Arena<T> {
    items: Vec<T>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { items: Vec::new() }
    }
}

impl<T> FromIterator<T> for Arena<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self { items: items.into_iter().collect() }
    }
}

impl<T> Arena<T> {
    /// Adds a thing and gives its id.
    pub fn push(&mut self, item: T) -> Id<T> {
        self.items.push(item);
        Id { number: to_u32(self.items.len() - 1), of: PhantomData }
    }

    /// Everything with its id, in source order.
    pub fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        (0u32..).map(|number| Id { number, of: PhantomData }).zip(&self.items)
    }

    /// Everything, in source order.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The items in order, to change them.
    pub(super) fn values_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "INVARIANT: ids come from `push` of this arena, which never shrinks")]
    fn index(&self, id: Id<T>) -> &T {
        &self.items[id.number()]
    }
}

/// The id of a provider.
pub type ProviderId = Id<Entry<Name, Provider>>;
/// The id of an account.
pub type AccountId = Id<AccountNode>;
/// The id of a key.
pub type KeyId = Id<KeyNode>;
/// The id of an egress.
pub type EgressId = Id<Entry<Name, Egress>>;
/// The id of a target.
pub type TargetId = Id<TargetNode>;
/// The id of a route.
pub type RouteId = Id<RouteNode>;
/// The id of a ladder.
pub type LadderId = Id<Spanned<Name>>;

/// An account, its provider resolved.
#[derive(Clone, Debug)]
pub struct AccountNode {
    /// Its name.
    pub name: Spanned<Name>,
    /// As written.
    pub doc: Account,
    /// The provider it is held with.
    pub provider: Option<ProviderId>,
}

/// A key, its account resolved.
#[derive(Clone, Debug)]
pub struct KeyNode {
    /// Its name.
    pub name: Spanned<Name>,
    /// As written.
    pub doc: Key,
    /// The account it belongs to.
    pub account: Option<AccountId>,
}

/// A target, its references resolved.
#[derive(Clone, Debug)]
pub struct TargetNode {
    /// Its name.
    pub name: Spanned<Name>,
    /// As written.
    pub doc: Target,
    /// The provider that serves it.
    pub provider: Option<ProviderId>,
    /// The keys, in the order they are used.
    pub keys: Vec<KeyId>,
    /// The network paths, in the order they are used.
    pub egress: Vec<EgressId>,
    /// The model in the catalogue.
    pub model: Option<ModelIndex>,
    /// What is known of the model: the catalogue's facts, overlaid by those of the file itself.
    pub facts: Rc<Model>,
}

/// A target of a pool, resolved.
#[derive(Clone, Debug)]
pub struct PoolMember {
    /// The target.
    pub target: TargetId,
    /// Where the pool names it.
    pub place: Place,
    /// Its share of the traffic, relative to the others of its order.
    pub weight: u64,
    /// Strict preference, from 1: what may happen counts every order, what usually happens only the lowest.
    pub order: u32,
}

/// Where a step leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A call of a target.
    Target(TargetId),
    /// A visit of a route.
    Route(RouteId),
    /// A name that nothing defines; reported when names were resolved.
    Nowhere(Name),
}

/// A step with its references resolved.
#[derive(Clone, Debug)]
pub struct ResolvedStep {
    /// As written.
    pub step: Step,
    /// Where the step stands.
    pub place: Place,
    /// Where a fallback leads, and where it says so.
    pub leg: Option<(Leg, Place)>,
    /// The egress that `switch-egress` names.
    pub egress: Option<EgressId>,
}

/// The steps of one symptom.
#[derive(Clone, Debug)]
pub struct Rung {
    /// The symptom.
    pub symptom: Symptom,
    /// The steps; routes that use the same ladder share them.
    pub steps: Rc<Vec<ResolvedStep>>,
    /// The ladder they come from; `None` for the route's own.
    pub ladder: Option<LadderId>,
}

/// A route, its references resolved.
#[derive(Clone, Debug)]
pub struct RouteNode {
    /// Its name.
    pub name: Spanned<Name>,
    /// As written, without pool and ladders.
    pub doc: Route,
    /// The targets that answer when nothing fails.
    pub pool: Vec<PoolMember>,
    /// The steps of each symptom that has some, in the order of [`Symptom`].
    pub rungs: Vec<Rung>,
}

impl Rung {
    /// The steps that can be taken: those before the first `stop`.
    pub fn taken(&self) -> impl Iterator<Item = &ResolvedStep> {
        self.steps.iter().take_while(|step| !matches!(step.step, Step::Stop))
    }

    /// The steps that act on the pool's targets: those before the first fallback and the first `stop`.
    pub fn steps_on_pool(&self) -> impl Iterator<Item = &ResolvedStep> {
        self.steps.iter().take_while(|step| !matches!(step.step, Step::Fallback(_) | Step::Stop))
    }
}

impl RouteNode {
    /// The members of the pool that answer when nothing fails: those of the first order.
    pub fn preferred(&self) -> impl Iterator<Item = &PoolMember> {
        let first = self.pool.iter().map(|member| member.order).min().unwrap_or(1);
        self.pool.iter().filter(move |member| member.order == first)
    }

    /// The steps taken on a symptom: its own, else those of `any`.
    pub fn steps_on(&self, symptom: Symptom) -> Option<&Rung> {
        let own = |wanted: Symptom| self.rungs.iter().find(|rung| rung.symptom == wanted);
        own(symptom).or_else(|| own(Symptom::Any))
    }

    /// The symptoms on which a rung of this route is taken.
    pub fn symptoms_of(&self, rung: &Rung) -> impl Iterator<Item = Symptom> + use<'_> {
        let own = Some(rung.symptom).filter(|symptom| *symptom != Symptom::Any);
        let others: &[Symptom] = if own.is_none() { &Symptom::CONCRETE } else { &[] };
        let has_own = |symptom: &Symptom| self.rungs.iter().any(|other| other.symptom == *symptom);
        own.into_iter().chain(others.iter().copied().filter(move |symptom| !has_own(symptom)))
    }

    /// The step of another rung that is the same one, where a route's ladders share what stands at one place.
    pub fn twin(&self, (rung, step): (usize, usize), other: usize) -> Option<usize> {
        let own = self.rungs.get(rung)?.steps.get(step)?;
        let is_same =
            |step: &ResolvedStep| step.place == own.place && step.step.word() == own.step.word() && other != rung;
        self.rungs.get(other)?.steps.iter().position(is_same)
    }

    /// Whether any symptom takes a rung: none takes the `any` of a route that has steps of its own for each.
    pub fn takes(&self, rung: &Rung) -> bool {
        self.symptoms_of(rung).next().is_some()
    }

    /// How findings and waivers name it.
    pub fn subject(&self) -> String {
        format!("routes.{}", self.name.value)
    }
}

/// One route table: all parts joined, all names resolved.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name; that of the file for a gateway's own.
    pub name: Name,
    /// Its version and where it is written.
    pub version: Option<Spanned<TableVersion>>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Whose format and semantics it has.
    pub gateway: Gateway,
    /// What LiteLLM makes of its file, where that is one of LiteLLM's.
    pub routing: Option<Rc<Routing>>,
    /// Where its first part begins.
    pub head: Span,
    /// The files it is made of.
    pub files: Vec<FileId>,
    /// Whether some of it could not be read, or may be defined elsewhere.
    pub incomplete: bool,
    /// Who sells the APIs.
    pub providers: Arena<Entry<Name, Provider>>,
    /// Billing accounts.
    pub accounts: Arena<AccountNode>,
    /// Credentials.
    pub keys: Arena<KeyNode>,
    /// Network paths.
    pub egress: Arena<Entry<Name, Egress>>,
    /// Callable deployments.
    pub targets: Arena<TargetNode>,
    /// Names of shared ladders.
    pub ladders: Arena<Spanned<Name>>,
    /// The names callers use.
    pub routes: Arena<RouteNode>,
    /// What can be seen of the requests.
    pub observability: Option<Spanned<Observability>>,
    /// The ways the gateway is deployed.
    pub paths: Vec<Entry<Name, DeployPath>>,
    /// How far those may drift apart.
    pub parity: Option<Spanned<Parity>>,
    /// Entries of a gateway's fallback lists that are never used.
    pub dead_hops: Vec<super::DeadHop>,
    /// Agreed, dated exceptions.
    pub waivers: Vec<Spanned<Waiver>>,
}

impl Table {
    /// The deadline at which the gateway itself ends a request that enters a route, if it does.
    pub fn ends_at<'r>(&self, route: &'r RouteNode) -> Option<&'r Spanned<super::Duration>> {
        let slo = route.doc.slo.as_ref().filter(|_| self.gateway.is_one_run())?;
        slo.value.deadline.as_ref()
    }

    /// The routes that no caller can ask for, since they are only the rest of another's way.
    pub fn continuations(&self) -> BTreeSet<RouteId> {
        if !self.gateway.continues_in_routes() {
            return BTreeSet::new();
        }
        let steps = self.routes.values().flat_map(|route| &route.rungs).flat_map(|rung| rung.steps.iter());
        let to = |step: &ResolvedStep| match step.leg {
            Some((Leg::Route(to), _)) => Some(to),
            Some(_) | None => None,
        };
        steps.filter_map(to).collect()
    }

    /// The targets of a route's pool that answer when nothing fails: those of the first order.
    pub fn pool_of(&self, route: RouteId) -> impl Iterator<Item = &TargetNode> {
        self.routes[route].preferred().map(|member| &self.targets[member.target])
    }
}
