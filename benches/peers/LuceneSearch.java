import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.FacetResult;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/** Lucene as a search engine of people: builds its index, or answers a query a line. See search.py. */
class LuceneSearch {
    static final String[] TEXTS = {"headline", "bio"};
    static final String[] KINDS = {"country", "language", "skill", "tag"};

    public static void main(String[] arguments) throws IOException {
        if (arguments[0].equals("--build")) {
            build(Paths.get(arguments[1]), Paths.get(arguments[2]));
        } else {
            serve(Paths.get(arguments[0]), Paths.get(arguments[1]));
        }
    }

    static void build(Path folder, Path table) throws IOException {
        Path part = Paths.get(folder + ".part");
        FacetsConfig facets = new FacetsConfig();
        for (String kind : KINDS) {
            facets.setMultiValued(kind, true);
        }
        try (IndexWriter writer = new IndexWriter(FSDirectory.open(part), new IndexWriterConfig(new EnglishAnalyzer()));
                BufferedReader rows = Files.newBufferedReader(table)) {
            for (String row = rows.readLine(); row != null; row = rows.readLine()) {
                writer.addDocument(facets.build(document(row.split("\t", -1))));
            }
            writer.forceMerge(1);
        }
        Files.move(part, folder);
    }

    /** Fields as people.py writes them: id, headline, bio, country, rate, years, planned, lists, scores, profile. */
    static Document document(String[] row) {
        Document document = new Document();
        document.add(new StoredField("id", row[0]));
        document.add(new SortedDocValuesField("by_id", new BytesRef(row[0])));
        document.add(new TextField("headline", row[1], Field.Store.NO));
        document.add(new TextField("bio", row[2], Field.Store.NO));
        document.add(new IntPoint("rate", Integer.parseInt(row[4])));
        document.add(new IntPoint("years", Integer.parseInt(row[5])));
        document.add(new StringField("planned", row[6], Field.Store.NO));
        String[] values = {row[3], row[7], row[8], row[9]};
        for (int kind = 0; kind < KINDS.length; kind++) {
            for (String value : values[kind].split(" ")) {
                if (!value.isEmpty()) {
                    document.add(new StringField(KINDS[kind], value, Field.Store.NO));
                    document.add(new SortedSetDocValuesFacetField(KINDS[kind], value));
                }
            }
        }
        String[] scores = row[10].split(" ");
        for (int role = 0; role < scores.length; role++) {
            document.add(new NumericDocValuesField("score" + role, Long.parseLong(scores[role])));
        }
        document.add(new StoredField("profile", row[11]));
        return document;
    }

    static void serve(Path folder, Path queries) throws IOException {
        long start = System.nanoTime();
        LuceneSearch search = new LuceneSearch(folder);
        System.out.println("{\"opened\": " + seconds(start) + "}");
        List<String> asked = Files.readAllLines(queries);
        Integer[] totals = new Integer[asked.size()];
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int number = Integer.parseInt(line.trim());
            String[] fields = asked.get(number).split("\t", -1);
            // Of this thread alone: what compiles and collects is not counted.
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long startCpu = threads.getCurrentThreadCpuTime();
            start = System.nanoTime();
            StringBuilder answer = search.answer(fields);
            double seconds = seconds(start);
            double cpu = (threads.getCurrentThreadCpuTime() - startCpu) / 1e9;
            if (totals[number] == null) {
                totals[number] = search.searcher.count(search.query(fields));
            }
            System.out.println("{\"seconds\": " + seconds + ", \"cpu\": " + cpu + ", \"total\": " + totals[number] + ", "
                    + answer + "}");
        }
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    final IndexSearcher searcher;
    final SortedSetDocValuesReaderState facets;
    final Analyzer analyzer = new EnglishAnalyzer();

    LuceneSearch(Path folder) throws IOException {
        DirectoryReader reader = DirectoryReader.open(FSDirectory.open(folder));
        searcher = new IndexSearcher(reader);
        facets = new DefaultSortedSetDocValuesReaderState(reader);
    }

    /** What queries.tsv asks: kind, limit, role, words, phrase, countries, rate, years, tag, not_tag. */
    Query query(String[] asked) throws IOException {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        boolean anything = false;
        if (!asked[3].isEmpty()) {
            all.add(words(asked[3], asked[4].equals("1")), Occur.MUST);
            anything = true;
        }
        if (!asked[5].isEmpty()) {
            BooleanQuery.Builder any = new BooleanQuery.Builder();
            for (String country : asked[5].split(",")) {
                any.add(new TermQuery(new Term("country", country)), Occur.SHOULD);
            }
            all.add(any.build(), Occur.FILTER);
        }
        if (!asked[6].isEmpty()) {
            all.add(IntPoint.newRangeQuery("rate", 0, Integer.parseInt(asked[6])), Occur.FILTER);
        }
        if (!asked[7].isEmpty()) {
            all.add(IntPoint.newRangeQuery("years", Integer.parseInt(asked[7]), Integer.MAX_VALUE), Occur.FILTER);
        }
        if (!asked[8].isEmpty()) {
            all.add(new TermQuery(new Term("tag", asked[8])), Occur.FILTER);
        }
        if (!asked[9].isEmpty()) {
            all.add(new TermQuery(new Term("tag", asked[9])), Occur.MUST_NOT);
        }
        if (asked[0].equals("number")) {
            all.add(new TermQuery(new Term("planned", "1")), Occur.FILTER);
        }
        for (int field = 5; field <= 8; field++) {
            anything |= !asked[field].isEmpty();
        }
        if (!anything) {
            all.add(new MatchAllDocsQuery(), Occur.FILTER);
        }
        return all.build();
    }

    Query words(String words, boolean phrase) throws IOException {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        List<String> stems = stems(words);
        for (String text : TEXTS) {
            if (phrase) {
                any.add(new PhraseQuery(text, stems.toArray(new String[0])), Occur.SHOULD);
                continue;
            }
            for (String stem : stems) {
                any.add(new TermQuery(new Term(text, stem)), Occur.SHOULD);
            }
        }
        return any.build();
    }

    List<String> stems(String words) throws IOException {
        List<String> stems = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream("bio", words)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                stems.add(term.toString());
            }
            tokens.end();
        }
        return stems;
    }

    StringBuilder answer(String[] asked) throws IOException {
        Query query = query(asked);
        int limit = Integer.parseInt(asked[1]);
        if (asked[0].equals("counts")) {
            return counts(query, limit);
        }
        if (asked[0].equals("words")) {
            return people(searcher.search(query, limit), null);
        }
        String score = "score" + asked[2];
        SortField byId = new SortField("by_id", SortField.Type.STRING);
        Sort sort = new Sort(new SortField(score, SortField.Type.LONG, true), byId);
        return people(searcher.search(query, limit, sort), score);
    }

    /** Reads what is stored of everybody found, as everybody who answers must. */
    StringBuilder people(TopDocs found, String score) throws IOException {
        StringBuilder ids = new StringBuilder("\"ids\": [");
        StringBuilder numbers = new StringBuilder("], \"numbers\": [");
        long bytes = 0;
        String comma = "";
        for (ScoreDoc hit : found.scoreDocs) {
            Document document = searcher.doc(hit.doc);
            bytes += document.get("profile").length();
            ids.append(comma).append('"').append(document.get("id")).append('"');
            if (score != null) {
                numbers.append(comma).append(((org.apache.lucene.search.FieldDoc) hit).fields[0]);
            }
            comma = ", ";
        }
        if (score != null) {
            ids.append(numbers);
        }
        return ids.append("], \"bytes\": ").append(bytes);
    }

    StringBuilder counts(Query query, int limit) throws IOException {
        FacetsCollector collector = new FacetsCollector();
        searcher.search(query, collector);
        SortedSetDocValuesFacetCounts counts = new SortedSetDocValuesFacetCounts(facets, collector);
        StringBuilder answer = new StringBuilder("\"counts\": {");
        String comma = "";
        for (String kind : KINDS) {
            answer.append(comma).append('"').append(kind).append("\": [");
            comma = "";
            FacetResult top = counts.getTopChildren(limit, kind);
            for (LabelAndValue value : top == null ? new LabelAndValue[0] : top.labelValues) {
                answer.append(comma).append("[\"").append(value.label).append("\", ").append(value.value).append(']');
                comma = ", ";
            }
            answer.append(']');
            comma = ", ";
        }
        return answer.append('}');
    }
}
