//! Writing cells: one function a kind of value.

use jiff::civil::Date;
use muster_matcher::model::Cents;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Formula, Worksheet, XlsxError};

use super::super::text::{clean, shortened};

/// The most characters Excel keeps in a cell.
const LONGEST: usize = 32_767;

/// Amounts from here on would lose cents as the numbers of a spreadsheet, and become text.
const LARGEST: u128 = 1_000_000_000_000_000;

/// Three lines of a header, in points.
const HEADER_HEIGHT: u8 = 46;

/// How cells look. `bold` forms are for sums.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) note: Format,
    pub(super) header: Format,
    pub(super) header_date: Format,
    pub(super) plain: Format,
    pub(super) indented: Format,
    pub(super) bold: Format,
    date: Format,
    pub(super) whole: Format,
    pub(super) bold_whole: Format,
    money: Format,
    bold_money: Format,
    pub(super) percent: Format,
    pub(super) bold_percent: Format,
    pub(super) decimals: Format,
    pub(super) small_percent: Format,
    pub(super) week: Format,
    pub(super) bold_week: Format,
    pub(super) onboarding: Format,
    pub(super) leave: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let plain = Format::new;
        let bold = || plain().set_bold().set_border_top(FormatBorder::Thin);
        let header = || {
            plain()
                .set_bold()
                .set_background_color(Color::RGB(0x00DD_E6EE))
                .set_border_bottom(FormatBorder::Thin)
        };
        let (whole, money, percent) = ("#,##0", "#,##0.00;[Red]-#,##0.00", "0.0%");
        let grey = Color::RGB(0x0059_636E);
        Self {
            title: plain().set_bold().set_font_size(14),
            note: plain().set_font_color(grey),
            header: header().set_text_wrap().set_align(FormatAlign::Top),
            header_date: header()
                .set_num_format("d mmm")
                .set_align(FormatAlign::Center),
            plain: plain(),
            indented: plain().set_indent(1),
            bold: bold(),
            date: plain()
                .set_num_format("yyyy-mm-dd")
                .set_align(FormatAlign::Left),
            whole: plain().set_num_format(whole),
            bold_whole: bold().set_num_format(whole),
            money: plain().set_num_format(money),
            bold_money: bold().set_num_format(money),
            percent: plain().set_num_format(percent),
            bold_percent: bold().set_num_format(percent),
            small_percent: plain().set_num_format("0.0000%"),
            decimals: plain().set_num_format("#,##0.00"),
            week: plain().set_num_format(whole).set_align(FormatAlign::Center),
            bold_week: bold().set_num_format(whole).set_align(FormatAlign::Center),
            onboarding: plain()
                .set_num_format(whole)
                .set_italic()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00FF_F2CC)),
            leave: plain().set_font_color(grey).set_align(FormatAlign::Center),
        }
    }
}

/// A sheet being written.
pub(super) struct Sheet<'a> {
    pub(super) raw: &'a mut Worksheet,
    pub(super) formats: &'a Formats,
}

type Done = Result<(), XlsxError>;

impl<'a> Sheet<'a> {
    pub(super) fn new(raw: &'a mut Worksheet, formats: &'a Formats) -> Self {
        raw.set_landscape().set_print_fit_to_pages(1, 0);
        Self { raw, formats }
    }

    /// Widths of the first columns, in characters.
    pub(super) fn widths(&mut self, widths: &[u8]) -> Done {
        for (column, width) in (0..).zip(widths) {
            self.raw.set_column_width(column, *width)?;
        }
        Ok(())
    }

    /// A text, as it is: never a formula, a link or a number.
    pub(super) fn text(&mut self, row: u32, column: u16, text: &str, format: &Format) -> Done {
        let text = shortened(&clean(text), LONGEST);
        self.raw
            .write_string_with_format(row, column, text, format)?;
        Ok(())
    }

    /// A header: names of columns, from the first column on.
    pub(super) fn header(&mut self, row: u32, names: &[&str]) -> Done {
        for (column, name) in (0..).zip(names) {
            self.text(row, column, name, &self.formats.header)?;
        }
        self.raw.set_row_height(row, HEADER_HEIGHT)?;
        Ok(())
    }

    pub(super) fn number(
        &mut self,
        row: u32,
        column: u16,
        number: impl Into<f64>,
        format: &Format,
    ) -> Done {
        self.raw
            .write_number_with_format(row, column, number, format)?;
        Ok(())
    }

    /// A whole number of 64 bits; exact below 2⁵³, as all counts of a problem that fits a workbook are.
    pub(super) fn count(&mut self, row: u32, column: u16, count: u64, format: &Format) -> Done {
        self.number(row, column, count as f64, format)
    }

    pub(super) fn money(&mut self, row: u32, column: u16, cents: Cents) -> Done {
        self.money_as(row, column, cents, &self.formats.money)
    }

    pub(super) fn bold_money(&mut self, row: u32, column: u16, cents: Cents) -> Done {
        self.money_as(row, column, cents, &self.formats.bold_money)
    }

    fn money_as(&mut self, row: u32, column: u16, cents: Cents, format: &Format) -> Done {
        if cents.0.unsigned_abs() > LARGEST {
            let sign = if cents.0 < 0 { "-" } else { "" };
            let size = cents.0.unsigned_abs();
            let text = format!("{sign}{}.{:02}", size / 100, size % 100);
            return self.text(row, column, &text, format);
        }
        self.number(row, column, cents.0 as f64 / 100.0, format)
    }

    /// A day; as text where Excel's calendar, which has a 29 February 1900, does not reach.
    pub(super) fn date(&mut self, row: u32, column: u16, date: Date) -> Done {
        self.date_as(row, column, date, &self.formats.date)
    }

    pub(super) fn date_as(&mut self, row: u32, column: u16, date: Date, format: &Format) -> Done {
        if date.year() <= 1900 {
            return self.text(row, column, &date.to_string(), format);
        }
        self.raw
            .write_datetime_with_format(row, column, date, format)?;
        Ok(())
    }

    /// The sum of a column's rows, sums among them left out and hidden rows too, as a formula with its value.
    pub(super) fn subtotal(
        &mut self,
        row: u32,
        column: u16,
        rows: (u32, u32),
        sum: f64,
        format: &Format,
    ) -> Done {
        let (first, last) = rows;
        let name = rust_xlsxwriter::utility::column_number_to_name(column);
        let formula = format!("=SUBTOTAL(9,{name}{}:{name}{})", first + 1, last + 1);
        let formula = Formula::new(formula).set_result(sum.to_string());
        self.raw
            .write_formula_with_format(row, column, formula, format)?;
        Ok(())
    }

    pub(super) fn money_subtotal(
        &mut self,
        row: u32,
        column: u16,
        rows: (u32, u32),
        sum: Cents,
    ) -> Done {
        let format = &self.formats.bold_money;
        self.subtotal(row, column, rows, sum.0 as f64 / 100.0, format)
    }
}
