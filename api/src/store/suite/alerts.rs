//! Whom watched searches find, and who is told of, on both databases.

use super::*;

const NORTH: &str = "north";

async fn watch(store: &Store, id: &str, client: &str) -> Document {
    let mut write = store.write(&scope(NORTH)).await.unwrap();
    let columns = [Column::int("watched", 1)];
    let body = format!("{{\"id\":\"{id}\"}}");
    let put = write.put(&Kind::SEARCH, id, client, body, &columns, &Expect::Absent);
    let (document, _) = put.await.unwrap();
    write.commit().await.unwrap();
    document
}

fn found(people: &[&str]) -> Vec<Match> {
    let found = people.iter().map(|expert| Match {
        expert: (*expert).to_owned(),
        told: Told {
            points: 7,
            gain_cents: None,
            plan: None,
        },
    });
    found.collect()
}

fn all(people: &[&str]) -> Vec<String> {
    people.iter().map(|id| (*id).to_owned()).collect()
}

/// Looks at some people from a position on, finds some of them, and goes one position further.
async fn look(
    store: &Store,
    search: &Document,
    from: i64,
    looked_at: &[&str],
    finds: &[&str],
) -> Option<usize> {
    let mut write = store.write(&scope(NORTH)).await.unwrap();
    write.alone().await.unwrap();
    let watched = [(search.id.clone(), search.etag())];
    if !write.move_alerts(from, from + 1, &watched).await.unwrap() {
        return None;
    }
    let (looked_at, found) = (all(looked_at), found(finds));
    let told = write.tell_matches(search, &looked_at, &found, 5);
    let told = told.await.unwrap();
    write.commit().await.unwrap();
    Some(told)
}

async fn alerts(store: &Store, search: &Document) -> Vec<(i64, String, bool)> {
    let mut read = store.read(&scope(NORTH)).await.unwrap();
    let alerts = read.alerts_after(search, 0, 1_000).await.unwrap();
    let told = alerts.into_iter().map(|it| (it.seq, it.expert, it.first));
    told.collect()
}

#[tokio::test]
async fn somebody_is_told_of_when_they_come_to_match_and_when_they_come_back() {
    on_both(async |store| {
        let search = watch(&store, "s", "").await;
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        assert!(write.hold_alerts(0).await.unwrap());
        write.watch("s", &["old"]).await.unwrap();
        write.commit().await.unwrap();
        let events = async || {
            let mut read = store.read(&scope(NORTH)).await.unwrap();
            read.events_after(0, 1_000).await.unwrap().len()
        };
        let before = events().await;
        let everybody = ["old", "ana", "bo"];
        let told = look(&store, &search, 0, &everybody, &["old", "ana"]).await;
        assert_eq!(told, Some(1), "nobody who was found to begin with");
        assert_eq!(
            look(&store, &search, 1, &everybody, &["old", "ana"]).await,
            Some(0)
        );
        assert_eq!(
            look(&store, &search, 2, &["old", "ana"], &[]).await,
            Some(0)
        );
        assert_eq!(
            look(&store, &search, 3, &everybody, &everybody).await,
            Some(3)
        );
        let told = alerts(&store, &search).await;
        let told: Vec<(i64, &str, bool)> = told
            .iter()
            .map(|(seq, who, first)| (*seq, who.as_str(), *first))
            .collect();
        let expected = [
            (1, "ana", true),
            (2, "old", false),
            (3, "ana", false),
            (4, "bo", true),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            events().await - before,
            4,
            "an event each, and none for a look"
        );
        let mut read = store.read(&scope(NORTH)).await.unwrap();
        let events = read.events_after(0, 1_000).await.unwrap();
        let last = events.last().unwrap();
        assert_eq!(
            (
                last.kind.as_str(),
                last.id.as_str(),
                last.op.as_str(),
                last.rev
            ),
            ("alert", "s", "match", 4)
        );
        let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(
            seqs,
            (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>()
        );
        assert!(read.audit_verify().await.unwrap().is_ok());
        // Of many at once none is lost.
        let many: Vec<String> = (0..450).map(|n| format!("p{n:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        drop(read);
        assert_eq!(look(&store, &search, 4, &many, &many).await, Some(450));
        assert_eq!(alerts(&store, &search).await.len(), 454);
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        write.unwatch("s").await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(alerts(&store, &search).await, []);
    })
    .await;
}

#[tokio::test]
async fn of_many_alerts_the_oldest_go() {
    on_both(async |store| {
        let search = watch(&store, "s", "").await;
        let other = watch(&store, "t", "").await;
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        let tell = async |write: &mut Write, search: &Document, people: &[String]| {
            let ids: Vec<&str> = people.iter().map(String::as_str).collect();
            let found = found(&ids);
            let told = write.tell_matches(search, people, &found, 5);
            told.await.unwrap();
        };
        let people: Vec<String> = (0..10_003).map(|n| format!("p{n}")).collect();
        tell(&mut write, &other, &all(&["ana"])).await;
        tell(&mut write, &search, &people).await;
        for (search, kept) in [(&search, 4..=10_003), (&other, 1..=1)] {
            let alerts = write.alerts_after(search, 0, 20_000).await.unwrap();
            let seqs = alerts.iter().map(|alert| alert.seq);
            assert!(seqs.eq(kept), "{}", alerts.len());
        }
        // It counts on.
        tell(&mut write, &search, &all(&["ana"])).await;
        let alerts = write.alerts_after(&search, 10_003, 10).await.unwrap();
        assert_eq!((alerts[0].seq, alerts.len()), (10_004, 1));
    })
    .await;
}

#[tokio::test]
async fn of_several_who_look_at_the_same_changes_one_tells() {
    on_both(async |store| {
        let search = watch(&store, "s", "").await;
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        write.hold_alerts(0).await.unwrap();
        write.commit().await.unwrap();
        let people: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
        let lookers = (0..8).map(|_| {
            let (store, search, people) = (store.clone(), search.clone(), people.clone());
            tokio::spawn(async move {
                for (from, who) in (0..).zip(&people) {
                    look(&store, &search, from, &[who], &[who]).await;
                }
            })
        });
        for looker in lookers.collect::<Vec<_>>() {
            looker.await.unwrap();
        }
        let told = alerts(&store, &search).await;
        let told: Vec<(i64, String)> = told.into_iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(told, (1..).zip(people).collect::<Vec<_>>());
        // What was not committed was not told, and the position stayed.
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        let watched = [("s".to_owned(), search.etag())];
        assert!(write.move_alerts(40, 41, &watched).await.unwrap());
        let (looked_at, found) = (all(&["x"]), found(&["x"]));
        let told = write.tell_matches(&search, &looked_at, &found, 5);
        assert_eq!(told.await.unwrap(), 1);
        drop(write);
        assert_eq!(alerts(&store, &search).await.len(), 40);
        let mut read = store.read(&scope(NORTH)).await.unwrap();
        assert_eq!(read.alerted_to().await.unwrap(), Some(40));
    })
    .await;
}

#[tokio::test]
async fn the_position_is_passed_over_only_where_nothing_is_watched() {
    on_both(async |store| {
        let hold = async |known| {
            let mut write = store.write(&scope(NORTH)).await.unwrap();
            let is_latest = write.hold_alerts(known).await.unwrap();
            write.commit().await.unwrap();
            let mut read = store.read(&scope(NORTH)).await.unwrap();
            (is_latest, read.alerted_to().await.unwrap())
        };
        assert_eq!(hold(3).await, (true, Some(3)));
        assert_eq!(hold(9).await, (true, Some(9)));
        // Others have looked further than what was found at 5.
        assert_eq!(hold(5).await, (false, Some(9)));
        // Behind a wall, it is watched all the same.
        watch(&store, "s", "atlas").await;
        let key = crate::access::NewKey::make(
            NORTH,
            "k",
            crate::access::Role::Recruiter,
            &[],
            &["borea".to_owned()],
            0,
        );
        let row = key.unwrap().row;
        let caller = crate::access::Caller::of_row(&row, crate::access::Role::Recruiter);
        let limited = caller.may(Action::SearchesWrite).unwrap();
        let mut write = store.write(&limited).await.unwrap();
        assert!(write.hold_alerts(20).await.unwrap());
        assert_eq!(write.watched().await.unwrap(), []);
        assert_eq!(write.count(&Kind::SEARCH).await.unwrap(), 1);
        write.commit().await.unwrap();
        assert_eq!(hold(20).await, (true, Some(9)));
    })
    .await;
}

#[tokio::test]
async fn what_was_looked_for_before_a_search_changed_is_not_told() {
    on_both(async |store| {
        let search = watch(&store, "s", "").await;
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        write.hold_alerts(0).await.unwrap();
        write.commit().await.unwrap();
        // One that was not looked for would miss these changes.
        let later = watch(&store, "t", "").await;
        assert_eq!(look(&store, &search, 0, &["ana"], &["ana"]).await, None);
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        let both = [
            ("s".to_owned(), search.etag()),
            ("t".to_owned(), later.etag()),
        ];
        assert!(write.move_alerts(0, 1, &both).await.unwrap());
        write.commit().await.unwrap();
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        let (columns, stated) = ([Column::int("watched", 1)], Expect::Revision(later.etag()));
        let put = write.put(
            &Kind::SEARCH,
            "t",
            "",
            "{\"x\":1}".into(),
            &columns,
            &stated,
        );
        put.await.unwrap();
        write.commit().await.unwrap();
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        assert!(
            !write.move_alerts(1, 2, &both).await.unwrap(),
            "another question"
        );
        drop(write);
        // One that is deleted and kept again begins at revision 1, too.
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        let revisions = write.watched_revisions().await.unwrap();
        let (id, stated) = (&revisions[0].0, Expect::Revision(revisions[0].1.clone()));
        write.delete(&Kind::SEARCH, id, &stated).await.unwrap();
        let body = "{\"again\":1}".to_owned();
        let put = write.put(&Kind::SEARCH, id, "", body, &columns, &Expect::Absent);
        assert_eq!(put.await.unwrap().0.rev, search.rev);
        write.commit().await.unwrap();
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        assert!(
            !write.move_alerts(1, 2, &revisions).await.unwrap(),
            "another search"
        );
        drop(write);
        let mut read = store.read(&scope(NORTH)).await.unwrap();
        assert_eq!(read.alerted_to().await.unwrap(), Some(1));
        assert_eq!(alerts(&store, &search).await, []);
    })
    .await;
}

#[tokio::test]
async fn alerts_are_behind_the_walls_of_their_search_and_forget_whoever_is_erased() {
    on_both(async |store| {
        let search = watch(&store, "s", "atlas").await;
        super::people::add_person(&store, "ana").await;
        let mut write = store.write(&scope(NORTH)).await.unwrap();
        write.hold_alerts(0).await.unwrap();
        write.commit().await.unwrap();
        look(&store, &search, 0, &["ana", "bo"], &["ana", "bo"])
            .await
            .unwrap();
        let key = |client: &str| {
            let clients = [client.to_owned()];
            let role = crate::access::Role::Recruiter;
            let key = crate::access::NewKey::make(NORTH, "k", role, &[], &clients, 0);
            let caller = crate::access::Caller::of_row(&key.unwrap().row, role);
            caller.may(Action::EventsRead).unwrap()
        };
        for (client, seen) in [("atlas", 2), ("borea", 0)] {
            let mut read = store.read(&key(client)).await.unwrap();
            let events = read.events_after(0, 1_000).await.unwrap();
            let told = events.iter().filter(|event| event.kind == "alert");
            assert_eq!(told.count(), seen, "{client}");
        }
        let erased = super::people::erase(&store, "ana").await.unwrap();
        let told = alerts(&store, &search).await;
        let who: Vec<&str> = told.iter().map(|(_, who, _)| who.as_str()).collect();
        assert_eq!(who, [erased.pseudonym.as_str(), "bo"]);
        // Somebody else may have the id later, who was never found.
        assert_eq!(look(&store, &search, 1, &["ana"], &["ana"]).await, Some(1));
        assert!(alerts(&store, &search).await.last().unwrap().2);
    })
    .await;
}
