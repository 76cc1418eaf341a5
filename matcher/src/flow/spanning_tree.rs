//! The strongly feasible spanning tree of the network simplex [AMO93, §11.3], \[Cun76\].
//!
//! The tree hangs from an artificial root. Nodes are kept in preorder as a doubly linked *thread*:
//! a node's subtree is the `size` nodes from the node itself to its `last`, consecutive in the
//! thread. *Strongly feasible* means that from every node some flow can be sent up to the root, `up
//! > 0`. Leaving arcs are chosen to keep it so, which rules out cycling.
//!
//! Two departures from the textbook, both for the memory's sake. The flow of a tree arc is kept
//! with the lower of its two nodes, as residual capacities in both directions, so that a walk
//! around a cycle reads nodes and never arcs. And nodes are [renumbered](SpanningTree::renumber) in
//! preorder from time to time, so that a subtree is mostly contiguous.

use super::range::Word;

/// No node: the parent of the root.
pub(super) const NONE: u32 = u32::MAX;

/// A node's place in the tree and the state of the tree arc between it and its parent.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Node<W> {
    /// Residual capacity towards the parent.
    up: W,
    /// Residual capacity from the parent.
    down: W,
    parent: u32,
    /// The number of nodes in the subtree, this one included.
    size: u32,
    /// The arc between the node and its parent.
    arc: u32,
    /// The last node of the subtree in the thread.
    last: u32,
}

/// The cycle that an entering arc closes with the tree, and what may be pushed around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cycle<W> {
    tail: u32,
    head: u32,
    apex: u32,
    /// The largest step that keeps all residual capacities at zero or above.
    pub(super) step: W,
    /// The last blocking arc of the cycle, seen from the apex.
    pub(super) blocking: Blocking,
}

/// Which arc leaves the tree; tree arcs are named by their lower node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocking {
    /// The entering arc itself, from one bound to the other.
    Entering,
    /// A tree arc on the path from the apex down to the entering arc's tail.
    AboveTail(u32),
    /// A tree arc on the path from the entering arc's head up to the apex.
    AboveHead(u32),
}

/// The tree. The root is node `n`; positions change by [`SpanningTree::renumber`], names do not.
#[derive(Debug)]
pub(super) struct SpanningTree<W> {
    nodes: Vec<Node<W>>,
    thread: Vec<u32>,
    rev_thread: Vec<u32>,
    /// Relative to that of the root, which drifts; padded to a power of two, so that a position masked by the length
    /// less one needs no check of its range.
    pub(super) potentials: Vec<W>,
    /// The name of the node at each position.
    names: Vec<u32>,
    /// The nodes whose thread changed while a subtree is moved; kept to save the allocation.
    rethreaded: Vec<u32>,
}

impl<W: Word> SpanningTree<W> {
    /// A star: node `v` hangs from the root by arc `first_arc + v`, with the residual capacities
    /// `up` and `down` and the potential that `arm(v)` gives.
    pub(super) fn star(
        n_nodes: u32,
        first_arc: u32,
        mut arm: impl FnMut(u32) -> (W, W, W),
    ) -> Self {
        let root = n_nodes;
        let mut nodes = Vec::with_capacity(n_nodes as usize + 1);
        let mut potentials = Vec::with_capacity(n_nodes as usize + 1);
        for v in 0..n_nodes {
            let (up, down, potential) = arm(v);
            nodes.push(Node {
                up,
                down,
                parent: root,
                size: 1,
                arc: first_arc + v,
                last: v,
            });
            potentials.push(potential);
        }
        let last = n_nodes.checked_sub(1).unwrap_or(root);
        nodes.push(Node {
            up: W::ZERO,
            down: W::ZERO,
            parent: NONE,
            size: n_nodes + 1,
            arc: NONE,
            last,
        });
        potentials.push(W::ZERO);
        pad(&mut potentials);
        let mut tree = Self {
            nodes,
            thread: Vec::new(),
            rev_thread: Vec::new(),
            potentials,
            names: (0..=root).collect(),
            rethreaded: Vec::new(),
        };
        tree.thread_in_order();
        tree
    }

    /// The number of nodes, not counting the root.
    pub(super) fn n_nodes(&self) -> u32 {
        self.root()
    }

    fn root(&self) -> u32 {
        self.nodes[self.nodes.len() - 1].size - 1
    }

    /// Closes the cycle of an entering arc, whose residual capacity is given, and finds its apex,
    /// its step and the arc that blocks. Walks from both ends at once, the smaller subtree first.
    pub(super) fn cycle(&self, tail: u32, head: u32, residual: W) -> Cycle<W> {
        let (mut v, mut w) = (tail, head);
        let (mut node_v, mut node_w) = (self.nodes[v as usize], self.nodes[w as usize]);
        let (mut step_v, mut step_w) = (W::MAX, W::MAX);
        let (mut blocking_v, mut blocking_w) = (NONE, NONE);
        while v != w {
            if node_v.size < node_w.size {
                // Pushed from the apex downward: the last blocking arc is the first one met from
                // below.
                if node_v.down < step_v {
                    step_v = node_v.down;
                    blocking_v = v;
                }
                v = node_v.parent;
                node_v = self.nodes[v as usize];
            } else {
                // Pushed upward: the last blocking arc is the one nearest the apex.
                if node_w.up <= step_w {
                    step_w = node_w.up;
                    blocking_w = w;
                }
                w = node_w.parent;
                node_w = self.nodes[w as usize];
            }
        }
        let mut cycle = Cycle {
            tail,
            head,
            apex: v,
            step: residual,
            blocking: Blocking::Entering,
        };
        if step_v < cycle.step {
            (cycle.step, cycle.blocking) = (step_v, Blocking::AboveTail(blocking_v));
        }
        if step_w <= cycle.step && blocking_w != NONE {
            (cycle.step, cycle.blocking) = (step_w, Blocking::AboveHead(blocking_w));
        }
        cycle
    }

    /// Sends the cycle's step around it.
    pub(super) fn push(&mut self, cycle: &Cycle<W>) {
        if cycle.step == W::ZERO {
            return;
        }
        let mut v = cycle.tail;
        while v != cycle.apex {
            let node = &mut self.nodes[v as usize];
            node.down = node.down.minus(cycle.step);
            node.up = node.up.plus(cycle.step);
            v = node.parent;
        }
        let mut w = cycle.head;
        while w != cycle.apex {
            let node = &mut self.nodes[w as usize];
            node.up = node.up.minus(cycle.step);
            node.down = node.down.plus(cycle.step);
            w = node.parent;
        }
    }

    /// The arc between a node and its parent.
    pub(super) fn arc(&self, v: u32) -> u32 {
        self.nodes[v as usize].arc
    }

    /// Replaces the blocking arc of a cycle, pushed before, by the entering arc, whose
    /// `reduced_cost` becomes zero: the subtree below the blocking arc is hung up at its other end.
    pub(super) fn exchange(
        &mut self,
        cycle: &Cycle<W>,
        entering: u32,
        residual: W,
        reduced_cost: W,
    ) {
        let left = residual.minus(cycle.step);
        let (top, inner, outer, up, down, shift) = match cycle.blocking {
            Blocking::Entering => return,
            Blocking::AboveTail(top) => {
                (top, cycle.tail, cycle.head, left, cycle.step, reduced_cost)
            }
            Blocking::AboveHead(top) => (
                top,
                cycle.head,
                cycle.tail,
                cycle.step,
                left,
                W::ZERO.minus(reduced_cost),
            ),
        };
        self.move_subtree(top, inner, outer, cycle.apex);
        let moved = &mut self.nodes[inner as usize];
        (moved.arc, moved.up, moved.down) = (entering, up, down);
        self.shift_potentials(inner, shift);
        #[cfg(test)]
        self.assert_sound();
    }

    /// Makes `inner` the top of the subtree that hangs from `top`, and `outer` its parent. `apex`
    /// is the nearest common ancestor of `top` and `outer` (before the move).
    ///
    /// The stem, from `inner` up to `top`, is turned over: in the thread each stem node is followed
    /// by what remains of its subtree, and then by the next stem node.
    fn move_subtree(&mut self, top: u32, inner: u32, outer: u32, apex: u32) {
        let nodes = &mut self.nodes[..];
        let (thread, rev_thread) = (&mut self.thread[..], &mut self.rev_thread[..]);
        let old = nodes[top as usize];
        let before_top = rev_thread[top as usize];

        // 1. Thread, parents, and `last` of the new bottom.
        if inner == top {
            nodes[top as usize].parent = outer;
            if thread[outer as usize] != top {
                let after = thread[old.last as usize];
                link(thread, rev_thread, before_top, after);
                let after = thread[outer as usize];
                link(thread, rev_thread, outer, top);
                link(thread, rev_thread, old.last, after);
            }
        } else {
            let adjacent = before_top == outer;
            let resume = if adjacent {
                thread[old.last as usize]
            } else {
                thread[outer as usize]
            };
            let (mut stem, mut new_parent) = (inner, outer);
            let mut last = nodes[inner as usize].last;
            let mut after = thread[last as usize];
            thread[outer as usize] = inner;
            self.rethreaded.clear();
            self.rethreaded.push(outer);
            while stem != top {
                let next = nodes[stem as usize].parent;
                thread[last as usize] = next;
                self.rethreaded.push(last);
                // Take the stem's subtree out of that of the next stem node.
                link(thread, rev_thread, rev_thread[stem as usize], after);
                nodes[stem as usize].parent = new_parent;
                (new_parent, stem) = (stem, next);
                let ends_with_taken = nodes[stem as usize].last == nodes[new_parent as usize].last;
                last = if ends_with_taken {
                    rev_thread[new_parent as usize]
                } else {
                    nodes[stem as usize].last
                };
                after = thread[last as usize];
            }
            nodes[top as usize].parent = new_parent;
            nodes[top as usize].last = last;
            link(thread, rev_thread, last, resume);
            if !adjacent {
                link(thread, rev_thread, before_top, after);
            }
            for &v in &self.rethreaded {
                rev_thread[thread[v as usize] as usize] = v;
            }

            // 2. Arcs, residual capacities, sizes and lasts along the stem, from its old top down.
            let mut size = 0;
            let mut v = top;
            while v != inner {
                let below = nodes[v as usize].parent;
                let old_below = nodes[below as usize];
                let node = &mut nodes[v as usize];
                (node.arc, node.up, node.down) = (old_below.arc, old_below.down, old_below.up);
                size = size + node.size - old_below.size;
                node.size = size;
                nodes[below as usize].last = last;
                v = below;
            }
            nodes[inner as usize].size = old.size;
        }

        // 3. Lasts and sizes on the two paths to the apex.
        let new_last = nodes[top as usize].last;
        let stop = if nodes[apex as usize].last == outer {
            apex
        } else {
            NONE
        };
        let mut v = outer;
        while v != NONE && nodes[v as usize].last == outer {
            nodes[v as usize].last = new_last;
            v = nodes[v as usize].parent;
        }
        let detached_last = if before_top != apex && before_top != outer {
            before_top
        } else {
            new_last
        };
        if detached_last != old.last {
            let mut v = old.parent;
            while v != stop && v != NONE && nodes[v as usize].last == old.last {
                nodes[v as usize].last = detached_last;
                v = nodes[v as usize].parent;
            }
        }
        let mut v = outer;
        while v != apex {
            nodes[v as usize].size += old.size;
            v = nodes[v as usize].parent;
        }
        let mut v = old.parent;
        while v != apex {
            nodes[v as usize].size -= old.size;
            v = nodes[v as usize].parent;
        }
    }

    /// Adds `shift` to the potentials below `top`, or takes it from all others if these are fewer:
    /// only differences count.
    fn shift_potentials(&mut self, top: u32, shift: W) {
        let Node { size, last, .. } = self.nodes[top as usize];
        let after = self.thread[last as usize];
        let below_is_smaller = size as usize <= self.nodes.len() / 2;
        let (start, end, shift) = if below_is_smaller {
            (top, after, shift)
        } else {
            (after, top, W::ZERO.minus(shift))
        };
        let mut v = start;
        loop {
            let potential = &mut self.potentials[v as usize];
            *potential = potential.plus(shift);
            v = self.thread[v as usize];
            if v == end {
                break;
            }
        }
    }

    /// Moves every node to its position in the thread. Returns the new position of each old one.
    pub(super) fn renumber(&mut self) -> Vec<u32> {
        let root = self.root();
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut v = self.thread[root as usize];
        while v != root {
            order.push(v);
            v = self.thread[v as usize];
        }
        order.push(root);
        let mut position = vec![root; self.nodes.len()];
        for (new, &old) in (0..).zip(&order) {
            position[old as usize] = new;
        }
        let moved = |&old: &u32| {
            let node = self.nodes[old as usize];
            let parent = position.get(node.parent as usize).copied().unwrap_or(NONE);
            Node {
                parent,
                last: position[node.last as usize],
                ..node
            }
        };
        self.nodes = order.iter().map(moved).collect();
        self.potentials = order
            .iter()
            .map(|&old| self.potentials[old as usize])
            .collect();
        pad(&mut self.potentials);
        self.names = order.iter().map(|&old| self.names[old as usize]).collect();
        self.thread_in_order();
        position
    }

    fn thread_in_order(&mut self) {
        let root = self.root();
        self.thread = (1..=root).chain([0]).collect();
        self.rev_thread = [root].into_iter().chain(0..root).collect();
    }

    /// Of every node but the root: its position, its name, the arc above it, and the residual
    /// capacities towards and from its parent.
    pub(super) fn arms(&self) -> impl Iterator<Item = (u32, u32, u32, W, W)> {
        let below_root = self.nodes.len() - 1;
        (0..)
            .zip(&self.nodes[..below_root])
            .zip(&self.names)
            .map(|((v, node), &name)| (v, name, node.arc, node.up, node.down))
    }

    /// The potential of each node by name, the root's being zero.
    pub(super) fn named_potentials(&self) -> Vec<i128> {
        let below_root = self.nodes.len() - 1;
        let root_potential = self.potentials[below_root];
        let mut named = vec![0; below_root];
        for (&name, &potential) in self.names[..below_root].iter().zip(&self.potentials) {
            named[name as usize] = potential.minus(root_potential).into();
        }
        named
    }

    /// The tree arcs of a cycle: from the entering arc's head up to the apex, and down to its tail.
    pub(super) fn arcs_of(&self, cycle: &Cycle<W>) -> Vec<u32> {
        let path = |from: u32| {
            let mut arcs = Vec::new();
            let mut v = from;
            while v != cycle.apex {
                arcs.push(self.nodes[v as usize].arc);
                v = self.nodes[v as usize].parent;
            }
            arcs
        };
        let mut arcs = path(cycle.head);
        arcs.extend(path(cycle.tail).into_iter().rev());
        arcs
    }
}

/// Zeros up to a length that is a power of two.
fn pad<W: Word>(potentials: &mut Vec<W>) {
    let length = potentials.len().next_power_of_two();
    potentials.resize(length, W::ZERO);
}

fn link(thread: &mut [u32], rev_thread: &mut [u32], before: u32, after: u32) {
    thread[before as usize] = after;
    rev_thread[after as usize] = before;
}

#[cfg(test)]
impl<W: Word> SpanningTree<W> {
    /// Checks every redundancy of the structure, and strong feasibility.
    pub(super) fn assert_sound(&self) {
        let root = self.root();
        let mut sizes = vec![1_u32; self.nodes.len()];
        let mut order = vec![root];
        let mut v = self.thread[root as usize];
        while v != root {
            assert!(
                order.len() < self.nodes.len(),
                "the thread is longer than the tree"
            );
            order.push(v);
            v = self.thread[v as usize];
        }
        assert_eq!(order.len(), self.nodes.len());
        for &v in order.iter().rev().filter(|&&v| v != root) {
            sizes[self.nodes[v as usize].parent as usize] += sizes[v as usize];
            assert!(
                self.nodes[v as usize].up > W::ZERO,
                "no flow can be sent up from {v}"
            );
            assert!(self.nodes[v as usize].down >= W::ZERO);
        }
        for (place, &v) in order.iter().enumerate() {
            let node = self.nodes[v as usize];
            assert_eq!(node.size, sizes[v as usize]);
            assert_eq!(node.last, order[place + node.size as usize - 1]);
            assert_eq!(self.rev_thread[self.thread[v as usize] as usize], v);
        }
    }
}
