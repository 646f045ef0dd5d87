//! `routing_groups`: names for several groups, and how one of their deployments is picked.

use super::providers::{with_prefix, without_prefix};
use super::{Directory, Era, Order, Resolved, Set, Strategy};

impl<'r> Directory<'r> {
    /// The set that can be asked for by a name, since 1.97: where a group or an alias has the name, it is theirs.
    pub(super) fn set(&self, name: &str) -> Option<&'r Set> {
        let is_free = !self.groups.contains_key(name) && !self.routing().aliases.contains_key(name);
        let is_known = self.era().calls_sets() && is_free;
        self.routing().sets.iter().find(|set| set.name == name).filter(|_| is_known)
    }

    /// The deployments of a set, group by group.
    pub(super) fn members(&self, set: &Set) -> Vec<usize> {
        set.members.iter().filter_map(|member| self.groups.get(member.as_str())).flatten().copied().collect()
    }

    /// The order of a deployment, which a set can say for all of a group.
    pub(super) fn order_in(&self, deployment: usize, set: Option<&'r Set>) -> Option<&'r Order> {
        let deployment = self.routing().deployments.get(deployment)?;
        let priorities = set.and_then(|set| set.priorities.as_ref()).filter(|_| self.era() == Era::Resuming);
        priorities.map_or(deployment.order.as_ref(), |all| all.get(&deployment.group.value))
    }

    /// The order of a deployment where a name is asked for.
    pub(super) fn order_of(&self, deployment: usize, name: &str, resolved: &Resolved) -> Option<&'r Order> {
        let set = matches!(resolved, Resolved::Set(_)).then(|| self.set(self.meant(name))).flatten();
        self.order_in(deployment, set)
    }

    /// How one of several deployments is picked where a name is asked for.
    pub(super) fn strategy(&self, name: &str) -> Strategy {
        // Until 1.104 an alias was nobody's member.
        let name = if self.era() == Era::Resuming { self.meant(name) } else { name };
        let knows_priority = self.era() == Era::Resuming;
        let claims = |set: &&Set| set.priorities.is_none() && set.members.iter().any(|member| member == name);
        let set = self.set(name).or_else(|| self.routing().sets.iter().find(claims));
        match set {
            Some(set) if set.priorities.is_some() && knows_priority => Strategy::Shuffle,
            Some(set) => set.strategy,
            None => self.routing().settings.selection.strategy,
        }
    }

    /// Whether a deployment is the only one of its group, and of the set that was asked for.
    pub(super) fn is_single(&self, deployment: usize, asked: &str) -> bool {
        let set = self.set(self.meant(asked));
        self.group_size(deployment) == 1 && set.is_none_or(|set| self.members(set).len() <= 1)
    }

    /// Whether the provider of a deployment has a budget without a limit.
    pub(super) fn lacks_budget(&self, deployment: usize) -> bool {
        let Some(deployment) = self.routing().deployments.get(deployment) else { return false };
        let model = deployment.model.value.as_str();
        let full = if model.contains('/') { None } else { with_prefix(model) };
        let prefix = full.as_deref().unwrap_or(model).split_once('/').map(|(prefix, _)| prefix);
        let provider = deployment.provider.as_deref().or(prefix);
        provider.is_some_and(|provider| self.routing().settings.selection.unfunded.contains(provider))
    }

    /// Whether a name that a pattern answers is of no provider LiteLLM knows, which stops the checks before a call.
    pub(super) fn is_strange(&self, name: &str, resolved: &Resolved) -> bool {
        let name = self.meant(name);
        matches!(resolved, Resolved::Wildcard(_)) && without_prefix(name).is_none() && with_prefix(name).is_none()
    }

    /// The name behind an alias; any other stands for itself.
    fn meant<'n>(&'n self, name: &'n str) -> &'n str {
        self.routing().aliases.get(name).map_or(name, |target| target.value.as_str())
    }
}
