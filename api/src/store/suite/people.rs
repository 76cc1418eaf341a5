//! People, users and walls of the feed, on both databases.

use super::*;

pub(super) async fn add_person(store: &Store, id: &str) {
    let mut write = store.write(&scope("north")).await.unwrap();
    let columns = [
        Column::text("stage", "active"),
        Column::text("country", ""),
        Column::text("currency", "EUR"),
        Column::int("min_cents", 1),
        Column::int("weekly_hours", 1),
    ];
    let body = format!("{{\"id\":\"{id}\"}}");
    let expect = Expect::Absent;
    write
        .put(&Kind::EXPERT, id, "", body, &columns, &expect)
        .await
        .unwrap();
    let gender = [("gender".to_owned(), "x".to_owned())];
    write.set_protected(id, &gender).await.unwrap();
    write.commit().await.unwrap();
}

/// Erases somebody step by step, a transaction each.
pub(super) async fn erase(store: &Store, id: &str) -> Result<Erased> {
    let north = scope("north");
    let mut write = store.write(&north).await?;
    let mut erasure = write.erase_expert(id).await?;
    write.commit().await?;
    loop {
        let mut write = store.write(&north).await?;
        let more = write.erase_more(&mut erasure).await?;
        write.commit().await?;
        if !more {
            break;
        }
    }
    let mut write = store.write(&north).await?;
    let erased = write.end_erasure(erasure).await?;
    write.commit().await?;
    Ok(erased)
}

#[tokio::test]
async fn an_erasure_goes_on_where_it_was_broken_off_and_whoever_read_before_is_told() {
    on_both(async |store| {
        add_person(&store, "ana").await;
        let north = scope("north");
        let begun_ms = now_ms();
        // More than one transaction looks at.
        for idx in 0..120 {
            let pins = r#"{"pins":[{"expert":"ana"}]}"#;
            put(&store, &north, &format!("c{idx}"), "", pins, Expect::Absent)
                .await
                .unwrap();
        }
        let mut write = store.write(&north).await.unwrap();
        write
            .add_job("j", "", "plan", "{}".into(), &TWO)
            .await
            .unwrap();
        let mut erasure = write.erase_expert("ana").await.unwrap();
        write.commit().await.unwrap();
        let mut write = store.write(&north).await.unwrap();
        assert!(write.erase_more(&mut erasure).await.unwrap());
        write.commit().await.unwrap();
        drop(erasure);
        let erased = erase(&store, "ana").await.unwrap();
        assert!((70..120).contains(&erased.renamed), "{}", erased.renamed);
        let mut read = store.read(&north).await.unwrap();
        let page = read.list(&Kind::CAMPAIGN, &[], "", 1_000).await.unwrap();
        assert!(page.items.iter().all(|it| !it.body.contains("\"ana\"")));
        drop(read);

        let mut write = store.write(&north).await.unwrap();
        let texts = [r#"{"expert":"bo"}"#, r#"[{"expert":"ana"}]"#];
        let told = write.erased_in(begun_ms, texts.into_iter()).await.unwrap();
        assert_eq!(told, [("ana".to_owned(), erased.pseudonym)]);
        let later = write
            .erased_since(now_ms() + 120_000, ["ana"])
            .await
            .unwrap();
        assert!(later.is_empty());
        drop(write);
        // As long as a job may have read the name.
        let later = now_ms() + 1_000;
        assert_eq!(store.forget_erasures(later).await.unwrap(), 0);
        let gate = Gate::program();
        let claimed = store.claim_job(&gate, "w", 60_000).await.unwrap().unwrap();
        let mut write = store.write(&north).await.unwrap();
        write.end_job(&claimed.job, "{}".into()).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(store.forget_erasures(later).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_erased_person_leaves_a_pseudonym_and_an_intact_audit() {
    on_both(async |store| {
        for id in ["ana", "bo_%"] {
            add_person(&store, id).await;
        }
        let north = scope("north");
        let pins = r#"{"pins":[{"expert":"ana"},{"expert":"bo_%"}]}"#;
        put(&store, &north, "c", "", pins, Expect::Absent)
            .await
            .unwrap();
        let mut write = store.write(&north).await.unwrap();
        let columns = ["expert", "campaign", "plan", "kind", "starts", "ends"]
            .map(|name| Column::text(name, "ana"));
        write
            .put(
                &Kind::BOOKING,
                "b",
                "",
                r#"{"expert":"ana"}"#.into(),
                &columns,
                &Expect::Absent,
            )
            .await
            .unwrap();
        write.commit().await.unwrap();
        let mut read = store.read(&north).await.unwrap();
        let groups = read.groups("gender", None, &["active"]).await.unwrap();
        assert_eq!(
            (
                groups.len(),
                groups[0].pool,
                groups[0].planned,
                groups[0].assigned
            ),
            (1, 2, 2, 1)
        );
        assert_eq!(
            read.groups("gender", Some("none"), &["active"])
                .await
                .unwrap()[0]
                .assigned,
            0
        );
        drop(read);

        for id in ["ana", "bo_%"] {
            let erased = erase(&store, id).await.unwrap();
            assert!(erased.renamed > 0);
            let mut read = store.read(&north).await.unwrap();
            let campaign = read.get(&Kind::CAMPAIGN, "c").await.unwrap();
            assert!(campaign.body.contains(&erased.pseudonym) && !campaign.body.contains(id));
            assert_eq!(
                campaign.hash,
                crate::access::sha256(campaign.body.as_bytes())
            );
            let events = read.events_after(0, 100).await.unwrap();
            assert!(events.iter().all(|event| event.id != id));
            let audit = read.audit_after(0, 100).await.unwrap();
            assert!(
                audit
                    .iter()
                    .all(|row| !row.detail.contains(&format!("\"{id}\"")))
            );
            assert!(read.audit_verify().await.unwrap().is_ok());
            let called = read.people_called(&[erased.pseudonym]).await.unwrap();
            assert!(called.is_empty(), "nothing leads back");
        }
        let again = erase(&store, "ana").await;
        assert!(matches!(again, Err(StoreError::NotFound { .. })));
        let booking = store
            .read(&north)
            .await
            .unwrap()
            .get(&Kind::BOOKING, "b")
            .await
            .unwrap();
        assert!(!booking.body.contains("ana"));
    })
    .await;
}

#[tokio::test]
async fn a_users_sessions_end_with_any_change_of_them() {
    on_both(async |store| {
        let (gate, north) = (Gate::program(), scope("north"));
        let user = UserRow {
            id: "kim".into(),
            password_hash: "h".into(),
            role: "planner".into(),
            clients: "atlas".into(),
            created_ms: 1,
            disabled_ms: 0,
        };
        let mut write = store.write(&north).await.unwrap();
        assert!(write.put_user(&user).await.unwrap());
        let session = crate::access::NewSession::make("north", "kim").unwrap();
        write.add_session(&session.row).await.unwrap();
        write.commit().await.unwrap();
        let caller = crate::access::authenticate_session(&store, &gate, &session.cookie).await;
        assert_eq!(caller.unwrap().actor(), "user:kim");
        assert_eq!(store.forget_sessions().await.unwrap(), 0);
        let mut write = store.write(&north).await.unwrap();
        assert!(!write.put_user(&user).await.unwrap());
        write.commit().await.unwrap();
        let caller = crate::access::authenticate_session(&store, &gate, &session.cookie).await;
        assert!(caller.is_err());
        let mut read = store.read(&north).await.unwrap();
        assert_eq!(
            read.users("", 10).await.unwrap(),
            std::slice::from_ref(&user)
        );
        assert!(
            store
                .find_user(&gate, "south", "kim")
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}
