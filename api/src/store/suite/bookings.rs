//! Who is busy when, on both databases.

use super::*;

async fn book(store: &Store, id: &str, (starts, ends): (&str, &str)) {
    let mut write = store.write(&scope("north")).await.unwrap();
    let columns = [
        Column::text("expert", "ana"),
        Column::text("campaign", "c"),
        Column::text("plan", id),
        Column::text("kind", "hard"),
        Column::text("starts", starts),
        Column::text("ends", ends),
    ];
    let body = format!("{{\"id\":\"{id}\"}}");
    let expect = Expect::Absent;
    write
        .put(&Kind::BOOKING, id, "", body, &columns, &expect)
        .await
        .unwrap();
    write.commit().await.unwrap();
}

#[tokio::test]
async fn only_bookings_of_the_weeks_asked_about_are_read() {
    on_both(async |store| {
        book(&store, "before", ("2027-01-04", "2027-01-31")).await;
        book(&store, "over", ("2027-01-25", "2027-03-07")).await;
        book(&store, "after", ("2027-03-01", "2027-03-28")).await;
        let mut read = store.read(&scope("north")).await.unwrap();
        for (days, but, expected) in [
            (("2027-02-01", "2027-02-28"), "", vec!["over"]),
            (
                ("2027-01-31", "2027-03-01"),
                "",
                vec!["after", "before", "over"],
            ),
            (
                ("2027-01-31", "2027-03-01"),
                "over",
                vec!["after", "before"],
            ),
            (("2028-01-03", "2028-01-09"), "", vec![]),
        ] {
            let busy = read.busy(&[but], days).await.unwrap();
            let plans: Vec<&str> = busy.iter().map(|it| it.plan.as_str()).collect();
            assert_eq!(plans, expected, "{days:?}");
        }
    })
    .await;
}
