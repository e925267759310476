//! Addresses of sockets, as a program has them in its memory.

use std::ffi::{OsStr, c_int};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Where a socket of a family begins its address, and how long that is.
const FAMILY: usize = size_of::<libc::sa_family_t>();
const V4: usize = size_of::<libc::sockaddr_in>();
const V6: usize = size_of::<libc::sockaddr_in6>();

/// The address of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// Of TCP and UDP.
    Ip(SocketAddr),
    /// Of a Unix socket: a path, or a name that begins with a zero byte; empty where it has none.
    Unix(Vec<u8>),
}

impl Address {
    /// The address that stands in these bytes.
    ///
    /// # Errors
    ///
    /// The error of the C library, where they are none.
    pub fn read(bytes: &[u8]) -> Result<Self, c_int> {
        let (family, rest) = bytes.split_first_chunk::<FAMILY>().ok_or(libc::EINVAL)?;
        match c_int::from(libc::sa_family_t::from_ne_bytes(*family)) {
            libc::AF_INET => {
                let (port, rest) = rest.split_first_chunk::<2>().ok_or(libc::EINVAL)?;
                let ip = rest.first_chunk::<4>().ok_or(libc::EINVAL)?;
                let ip = IpAddr::V4(Ipv4Addr::from(*ip));
                Ok(Self::Ip(SocketAddr::new(ip, u16::from_be_bytes(*port))))
            }
            libc::AF_INET6 => {
                let (port, rest) = rest.split_first_chunk::<2>().ok_or(libc::EINVAL)?;
                // Between the two there are four bytes of the flow.
                let ip = rest.get(4..20).and_then(|ip| ip.first_chunk::<16>());
                let ip = IpAddr::V6(Ipv6Addr::from(*ip.ok_or(libc::EINVAL)?));
                Ok(Self::Ip(SocketAddr::new(ip, u16::from_be_bytes(*port))))
            }
            libc::AF_UNIX => Ok(Self::Unix(unix_name(rest).to_vec())),
            _ => Err(libc::EAFNOSUPPORT),
        }
    }

    /// The bytes of the address.
    pub fn bytes(&self) -> Vec<u8> {
        let family = self.family() as libc::sa_family_t;
        let mut bytes = family.to_ne_bytes().to_vec();
        match self {
            Self::Ip(SocketAddr::V4(address)) => {
                bytes.extend(address.port().to_be_bytes());
                bytes.extend(address.ip().octets());
                bytes.resize(V4, 0);
            }
            Self::Ip(SocketAddr::V6(address)) => {
                bytes.extend(address.port().to_be_bytes());
                bytes.extend([0; 4]);
                bytes.extend(address.ip().octets());
                bytes.resize(V6, 0);
            }
            Self::Unix(name) => {
                bytes.extend(name);
                // A path ends as a string does in C.
                bytes.extend(name.first().filter(|&&first| first != 0).map(|_| 0));
            }
        }
        bytes
    }

    /// The one that a new socket of this family has.
    pub fn unnamed(family: c_int) -> Self {
        match family {
            libc::AF_INET => Self::Ip((Ipv4Addr::UNSPECIFIED, 0).into()),
            libc::AF_INET6 => Self::Ip((Ipv6Addr::UNSPECIFIED, 0).into()),
            _ => Self::Unix(Vec::new()),
        }
    }

    /// Its family, as the C library numbers it.
    pub fn family(&self) -> c_int {
        match self {
            Self::Ip(SocketAddr::V4(_)) => libc::AF_INET,
            Self::Ip(SocketAddr::V6(_)) => libc::AF_INET6,
            Self::Unix(_) => libc::AF_UNIX,
        }
    }

    /// The path, if it is one in the file system.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unix(name) if name.first().is_some_and(|&first| first != 0) => {
                Some(Path::new(OsStr::from_bytes(name)))
            }
            _ => None,
        }
    }

    /// The port, if it is one of TCP or UDP.
    pub fn port(&self) -> Option<u16> {
        match self {
            Self::Ip(address) => Some(address.port()),
            Self::Unix(_) => None,
        }
    }

    /// The same, with this port.
    pub fn with_port(&self, port: u16) -> Self {
        match self {
            Self::Ip(address) => Self::Ip(SocketAddr::new(address.ip(), port)),
            unix @ Self::Unix(_) => unix.clone(),
        }
    }

    /// Whether a program can have it on each machine: it is the machine's own, or stands for all that
    /// the machine has.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Ip(address) => {
                let ip = address.ip().to_canonical();
                ip.is_loopback() || ip.is_unspecified()
            }
            Self::Unix(_) => true,
        }
    }

    /// Whether who has bound this one gets what is sent to the other, if it is open to both versions of
    /// the protocol.
    pub fn receives(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ip(own), Self::Ip(other)) => {
                own.port() == other.port() && is_part_of(other.ip(), own.ip())
            }
            (own, other) => own == other,
        }
    }

    /// The address to which something goes that is sent here.
    pub fn as_destination(&self) -> Self {
        match self {
            Self::Ip(address) => {
                Self::Ip(SocketAddr::new(as_reached(address.ip()), address.port()))
            }
            unix @ Self::Unix(_) => unix.clone(),
        }
    }

    /// The address from which a socket sends there that has bound this one.
    pub fn as_source(&self, to: &Self) -> Self {
        match (self, to) {
            (Self::Ip(own), Self::Ip(to)) if own.ip().is_unspecified() => {
                let ip = match as_reached(to.ip()) {
                    IpAddr::V6(ip) if ip.to_ipv4_mapped().is_none() => ip.into(),
                    _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
                };
                Self::Ip(SocketAddr::new(ip, own.port())).in_family(self.family())
            }
            (own, _) => own.clone(),
        }
    }

    /// The same address, as a socket of this family has it.
    pub fn in_family(&self, family: c_int) -> Self {
        match self {
            Self::Ip(address) => {
                let ip = match (address.ip(), family) {
                    (IpAddr::V4(ip), libc::AF_INET6) => ip.to_ipv6_mapped().into(),
                    (ip, libc::AF_INET) => ip.to_canonical(),
                    (ip, _) => ip,
                };
                Self::Ip(SocketAddr::new(ip, address.port()))
            }
            unix @ Self::Unix(_) => unix.clone(),
        }
    }

    /// Whether it is one of version 4 of the protocol, in whichever way it is written.
    pub fn is_v4(&self) -> bool {
        matches!(self, Self::Ip(address) if address.ip().to_canonical().is_ipv4())
    }
}

/// The machine's own address, where one stands for all that it has.
fn as_reached(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        known => known,
    }
}

/// Whether an address is one of those that the other stands for.
fn is_part_of(ip: IpAddr, bound: IpAddr) -> bool {
    let ip = as_reached(ip);
    match bound {
        IpAddr::V6(bound) if bound.is_unspecified() => true,
        IpAddr::V4(bound) if bound.is_unspecified() => ip.to_canonical().is_ipv4(),
        bound => ip.to_canonical() == bound.to_canonical(),
    }
}

/// The name of a Unix socket: up to the first zero if it is a path, all if it begins with one.
fn unix_name(bytes: &[u8]) -> &[u8] {
    match bytes.first() {
        Some(0) | None => bytes,
        Some(_) => {
            let end = bytes.iter().position(|&byte| byte == 0);
            &bytes[..end.unwrap_or(bytes.len())]
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => address.fmt(out),
            Self::Unix(name) => String::from_utf8_lossy(name).fmt(out),
        }
    }
}
