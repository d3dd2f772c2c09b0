//! Empty: cargo wants a target before it downloads what the package depends on.
