//! What tells one version of something from another.

/// A fingerprint of what is written into it, the same on every machine.
///
/// FNV-1a: it tells versions apart, and need not withstand an attacker. A hash from a package such
/// as `rustc-hash` does not serve, because it may differ in each release, and then every token that
/// somebody has kept would be refused.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of nothing yet.
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Takes in some bytes, and where they end.
    pub fn add(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in bytes.iter().chain(&length) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// The fingerprint in 64 bits.
    pub fn long(self) -> u64 {
        self.0
    }

    /// The fingerprint in 32 bits.
    pub fn short(self) -> u32 {
        (self.0 ^ (self.0 >> 32)) as u32
    }
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}
