//! The schema that editors read is the one that the runner's own description yields.

mod house;

use std::path::Path;

#[test]
fn invariants_schema_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("invariants.schema.json");
    if let Err(stale) = house::is_expected(&file, &invariants::json_schema()) {
        panic!("{stale}");
    }
}
