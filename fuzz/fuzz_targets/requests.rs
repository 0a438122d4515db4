#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| portal_fuzz::properties::requests::holds(bytes));
