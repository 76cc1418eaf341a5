//! The invented clients of generated campaigns.

/// A client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// Its id.
    pub(crate) id: &'static str,
    /// What it is called.
    pub(crate) name: &'static str,
    /// The wall between it and its competitors.
    pub(crate) wall: &'static str,
}

/// Nobody serves two clients behind one wall, where a campaign names it.
pub(crate) const CLIENTS: [Client; 12] = [
    client("alder", "Alder Models", "frontier"),
    client("birch", "Birch Intelligence", "frontier"),
    client("cedar", "Cedar Labs", "frontier"),
    client("dogwood", "Dogwood AI", "frontier"),
    client("elm", "Elm Research", "frontier"),
    client("fir", "Fir Health", "health"),
    client("gum", "Gum Clinical", "health"),
    client("hazel", "Hazel Legal", "legal"),
    client("ilex", "Ilex Counsel", "legal"),
    client("juniper", "Juniper Markets", "markets"),
    client("kauri", "Kauri Robotics", "robotics"),
    client("larch", "Larch Learning", "learning"),
];

const fn client(id: &'static str, name: &'static str, wall: &'static str) -> Client {
    Client { id, name, wall }
}
