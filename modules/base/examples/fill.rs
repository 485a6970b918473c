use std::sync::Arc;
use std::time::Instant;
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let place = &args[1];
    let s = if place.starts_with("postgres") { store::Settings::postgres(place.as_str(), None) } else { store::Settings::sqlite(place.as_str()) };
    let st = store::Store::open(s).await.unwrap();
    let e = engine::Engine::open(st, vec![base::area()], engine::Settings::default(), Arc::new(kernel::SystemClock), Arc::new(kernel::SystemChance)).await.unwrap();
    let who = e.system(engine::Through::CommandLine);
    let t = Instant::now();
    let n: usize = args[2].parse().unwrap();
    let m: usize = args[3].parse().unwrap();
    let made = base::demo::fill(&e, &who, base::demo::Measure { accounts: n, contacts: m, seed: 1 }, |_| {}).await.unwrap();
    println!("{made:?} in {:?}", t.elapsed());
    let contacts = e.entity("contact").unwrap();
    let model = e.model();
    let agent = e.principal_by_email("giulia.conti@demo.example", engine::Through::Api).await.unwrap().unwrap();
    for (name, who) in [("system", &who), ("agent", &agent)] {
        let f = meta::filter::parse::parse("address.city is \"Pisa\"", &model, &contacts).unwrap();
        let t = Instant::now();
        for _ in 0..500 {
            let l = e.list(who, engine::Asked::new(contacts.clone()).filtered(f.clone())).await.unwrap();
            assert_eq!(l.records.len(), 50);
        }
        println!("{name}: list {:?}", t.elapsed() / 500);
        let t = Instant::now();
        for _ in 0..100 { e.search(who, "rossi", 5).await.unwrap(); }
        println!("{name}: search {:?}", t.elapsed() / 100);
        let t = Instant::now();
        let c = e.count(who, &contacts, &f, false, Some(10000)).await.unwrap();
        println!("{name}: count {c:?} {:?}", t.elapsed());
    }
    let accounts = e.entity("account").unwrap();
    let f = meta::filter::parse::parse("count(contacts where role is \"Responsabile IT\") >= 1", &model, &accounts).unwrap();
    let t = Instant::now();
    let c = e.count(&who, &accounts, &f, false, None).await.unwrap();
    println!("aggregate {c:?} {:?}", t.elapsed());
    e.close().await;
}
