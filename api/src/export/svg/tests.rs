//! Charts, read back as XML.

use muster_matcher::explain::role_covers;
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::Problem;
use roxmltree::{Document, Node};

use super::super::Format;
use super::super::testing::{case, exported};
use super::super::text::clean;
use super::text::{fitting, width};

fn chart(problem: &Problem, plan: &Plan) -> String {
    String::from_utf8(exported(problem, plan, &[], Format::Svg)).unwrap()
}

fn groups<'a>(node: Node<'a, 'a>, class: &str) -> Vec<Node<'a, 'a>> {
    node.descendants()
        .filter(|it| it.attribute("class") == Some(class))
        .collect()
}

fn texts(node: Node<'_, '_>) -> Vec<String> {
    let texts = node.children().filter(|it| it.has_tag_name("text"));
    texts
        .map(|it| it.text().unwrap_or_default().to_owned())
        .collect()
}

fn title(node: Node<'_, '_>) -> String {
    let title = node.children().find(|it| it.has_tag_name("title"));
    title
        .and_then(|it| it.text())
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn every_cell_says_what_the_plan_says() {
    for seed in 0..300 {
        let (problem, plan) = case(seed);
        let text = chart(&problem, &plan);
        let document =
            Document::parse(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let mut covers = role_covers(&problem, &plan);
        let campaign = |id: &str| problem.campaign_with_id(id);
        covers.sort_by_key(|cover| campaign(&cover.campaign));
        let rows = groups(document.root(), "role");
        assert_eq!(rows.len(), covers.len(), "seed {seed}");
        for (row, cover) in rows.iter().zip(&covers) {
            assert_eq!(title(*row), clean(&cover.role), "seed {seed}");
            let cells = groups(*row, "cell");
            assert_eq!(cells.len(), usize::from(problem.weeks), "seed {seed}");
            for (week, cell) in cells.iter().enumerate() {
                let (filled, target) = (cover.filled[week], cover.target[week]);
                let shown = if target == 0 && filled == 0 {
                    vec!["·".to_owned()]
                } else {
                    vec![filled.to_string(), format!("/{target}")]
                };
                assert_eq!(texts(*cell), shown, "seed {seed}");
                let said = format!(", week {week} from ");
                assert!(
                    title(*cell).contains(&said),
                    "seed {seed}: {}",
                    title(*cell)
                );
                let heads = format!(": {filled} of {target} heads");
                assert!(
                    title(*cell).contains(&heads),
                    "seed {seed}: {}",
                    title(*cell)
                );
            }
        }
    }
}

#[test]
fn a_chart_stands_alone_and_has_a_title_and_a_description() {
    for seed in 0..100 {
        let (problem, plan) = case(seed);
        let text = chart(&problem, &plan);
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let labels = root.attribute("aria-labelledby").unwrap();
        for id in labels.split(' ') {
            let named = root
                .children()
                .find(|it| it.attribute("id") == Some(id))
                .unwrap();
            assert!(!named.text().unwrap().is_empty());
        }
        for node in root.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let known = ["svg", "g", "title", "desc", "rect", "line", "text", "tspan"];
            assert!(known.contains(&name), "{name}");
            for attribute in node.attributes() {
                let name = attribute.name();
                assert!(
                    !name.starts_with("on") && name != "href" && name != "style",
                    "{name}"
                );
                assert!(!attribute.value().contains("url("), "{name}");
            }
        }
    }
}

/// The rectangles of cells and frame: inside the picture, in a grid that does not overlap.
#[test]
fn nothing_lies_outside_the_picture() {
    for seed in 0..100 {
        let (problem, plan) = case(seed);
        let text = chart(&problem, &plan);
        let document = Document::parse(&text).unwrap();
        let root = document.root_element();
        let number = |node: Node<'_, '_>, name: &str| -> f64 {
            node.attribute(name).unwrap().parse().unwrap()
        };
        let (width, height) = (number(root, "width"), number(root, "height"));
        let mut cells = Vec::new();
        for rect in root.descendants().filter(|it| it.has_tag_name("rect")) {
            let (x, y) = (number(rect, "x"), number(rect, "y"));
            let (right, bottom) = (x + number(rect, "width"), y + number(rect, "height"));
            assert!(
                x >= 0.0 && y >= 0.0 && right <= width && bottom <= height,
                "seed {seed}"
            );
            let is_cell = rect.parent().and_then(|it| it.attribute("class")) == Some("cell");
            if is_cell
                && rect
                    .prev_sibling()
                    .is_some_and(|it| it.has_tag_name("title"))
            {
                cells.push((y, x, right, bottom));
            }
        }
        cells.sort_by(|a, b| a.partial_cmp(b).unwrap());
        for pair in cells.windows(2) {
            let ((y, _, right, _), (next_y, next_x, ..)) = (pair[0], pair[1]);
            assert!(y != next_y || right <= next_x, "seed {seed}");
        }
    }
}

#[test]
fn a_text_that_is_too_wide_is_cut() {
    assert_eq!(fitting("short", 100), "short");
    let cut = fitting("a role whose name goes on and on", 100);
    assert!(cut.ends_with('…') && width(&cut) <= 100, "{cut}");
    assert_eq!(fitting("anything", 0), "…");
}
