fn main() {
    let a: Vec<String> = std::env::args().collect();
    let seed: u64 = a[2].parse().unwrap();
    let v = match a[1].as_str() {
        "full" => muster_tests::full_problem(seed),
        _ => muster_tests::mid_problem(seed, a[3].parse().unwrap()),
    };
    println!("{v}");
}
