//! placeholder
pub(crate) fn install_hook() {}
