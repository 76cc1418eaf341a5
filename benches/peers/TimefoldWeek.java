import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.domain.solution.ProblemFactCollectionProperty;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.stream.Constraint;
import ai.timefold.solver.core.api.score.stream.ConstraintCollectors;
import ai.timefold.solver.core.api.score.stream.ConstraintFactory;
import ai.timefold.solver.core.api.score.stream.ConstraintProvider;
import ai.timefold.solver.core.api.score.stream.Joiners;
import ai.timefold.solver.core.api.solver.Solver;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.solver.SolverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Timefold on a staffing problem of one week, in its ordinary model of such problems: a planning entity for every seat,
 * which takes one of the role's people or nobody; the rules of one week as constraint streams. Local search proves
 * nothing, so there is no bound. Reads what timefold_week.py writes; arguments: that file, seconds, seed.
 *
 * <p>Prints a line "better SECONDS HARD SOFT" for every better plan, "seat SEAT PAIR" for the best one's, "done BUILD
 * SOLVE".
 */
public class TimefoldWeek {
    public record Expert(int number, long hours, int maxRoles) {}

    public record Campaign(int number, long budget) {}

    public record Role(int number, Campaign campaign, long hours, Set<Integer> clashes, List<Pair> people) {}

    public record Pair(int number, Expert expert, Role role, long pay, long gain, long belowMean) {
        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    /** What somebody on a role adds to a ratio or quota, which must come to at least 0. */
    public record Share(int rule, int role, long factor, Map<Integer, Long> tagged) {
        long of(Seat seat) {
            return factor + tagged.getOrDefault(seat.pair.expert().number(), 0L);
        }
    }

    @PlanningEntity
    public static class Seat {
        @PlanningId public int number;
        public Role role;
        public long emptyCost;

        @PlanningVariable(allowsUnassigned = true)
        public Pair pair;

        @ValueRangeProvider
        public List<Pair> getPeople() {
            return role.people();
        }

        Role role() {
            return role;
        }

        int roleNumber() {
            return role.number();
        }

        Campaign campaign() {
            return role.campaign();
        }

        Expert expert() {
            return pair.expert();
        }

        Pair pair() {
            return pair;
        }
    }

    @PlanningSolution
    public static class Week {
        @ProblemFactCollectionProperty public List<Share> shares = new ArrayList<>();
        @PlanningEntityCollectionProperty public List<Seat> seats = new ArrayList<>();
        @PlanningScore public HardSoftLongScore score;
    }

    public static class Rules implements ConstraintProvider {
        @Override
        public Constraint[] defineConstraints(ConstraintFactory factory) {
            HardSoftLongScore hard = HardSoftLongScore.ONE_HARD;
            HardSoftLongScore soft = HardSoftLongScore.ONE_SOFT;
            return new Constraint[] {
                factory.forEach(Seat.class)
                        .impactLong(soft, seat -> seat.pair.gain() + seat.emptyCost)
                        .asConstraint("worth"),
                factory.forEachUniquePair(Seat.class, Joiners.equal(Seat::pair))
                        .penalizeLong(hard, (one, other) -> 1)
                        .asConstraint("one seat of a role"),
                factory.forEach(Seat.class)
                        .groupBy(Seat::expert, ConstraintCollectors.count())
                        .filter((expert, held) -> held > expert.maxRoles())
                        .penalizeLong(hard, (expert, held) -> held - expert.maxRoles())
                        .asConstraint("roles held"),
                factory.forEach(Seat.class)
                        .groupBy(Seat::expert, ConstraintCollectors.sumLong(seat -> seat.role.hours()))
                        .filter((expert, hours) -> hours > expert.hours())
                        .penalizeLong(hard, (expert, hours) -> hours - expert.hours())
                        .asConstraint("hours"),
                factory.forEachUniquePair(Seat.class, Joiners.equal(Seat::expert))
                        .filter((one, other) -> one.role.clashes().contains(other.role.number()))
                        .penalizeLong(hard, (one, other) -> 1)
                        .asConstraint("walls and roles kept apart"),
                factory.forEach(Seat.class)
                        .groupBy(Seat::campaign, ConstraintCollectors.sumLong(seat -> seat.pair.pay()))
                        .filter((campaign, pay) -> pay > campaign.budget())
                        .penalizeLong(hard, (campaign, pay) -> pay - campaign.budget())
                        .asConstraint("budgets"),
                factory.forEach(Share.class)
                        .join(Seat.class, Joiners.equal(Share::role, Seat::roleNumber))
                        .groupBy((share, seat) -> share.rule(), ConstraintCollectors.sumLong(Share::of))
                        .filter((rule, balance) -> balance < 0)
                        .penalizeLong(hard, (rule, balance) -> -balance)
                        .asConstraint("ratios and quotas"),
                factory.forEach(Seat.class)
                        .groupBy(Seat::campaign, ConstraintCollectors.sumLong(seat -> seat.pair.belowMean()))
                        .filter((campaign, below) -> below > 0)
                        .penalizeLong(soft, (campaign, below) -> below)
                        .asConstraint("means"),
            };
        }
    }

    public static void main(String[] arguments) throws IOException {
        long start = System.nanoTime();
        Week week = read(Files.readAllLines(Paths.get(arguments[0])));
        Duration limit = Duration.ofMillis((long) (1000 * Double.parseDouble(arguments[1])));
        Solver<Week> solver = SolverFactory.<Week>create(new SolverConfig()
                        .withSolutionClass(Week.class)
                        .withEntityClasses(Seat.class)
                        .withConstraintProviderClass(Rules.class)
                        .withRandomSeed(Long.parseLong(arguments[2]))
                        .withTerminationSpentLimit(limit))
                .buildSolver();
        double build = seconds(start);
        long solving = System.nanoTime();
        solver.addEventListener(event -> {
            HardSoftLongScore score = event.getNewBestSolution().score;
            System.out.println("better " + seconds(solving) + " " + score.hardScore() + " " + score.softScore());
        });
        Week best = solver.solve(week);
        double solve = seconds(solving);
        for (Seat seat : best.seats) {
            if (seat.pair != null) {
                System.out.println("seat " + seat.number + " " + seat.pair.number());
            }
        }
        System.out.println("score " + best.score.hardScore());
        System.out.println("done " + build + " " + solve);
    }

    static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** A fact a line; facts name others by their position among their kind. */
    static Week read(List<String> lines) {
        List<Expert> experts = new ArrayList<>();
        List<Campaign> campaigns = new ArrayList<>();
        List<Role> roles = new ArrayList<>();
        List<Share> shares = new ArrayList<>();
        Week week = new Week();
        int pairs = 0;
        for (String line : lines) {
            String[] words = line.split(" ");
            long[] it = new long[words.length - 1];
            for (int idx = 0; idx < it.length; idx++) {
                it[idx] = Long.parseLong(words[idx + 1]);
            }
            switch (words[0]) {
                case "expert" -> experts.add(new Expert(experts.size(), it[0], (int) it[1]));
                case "campaign" -> campaigns.add(new Campaign(campaigns.size(), it[0]));
                case "role" -> roles.add(new Role(
                        roles.size(), campaigns.get((int) it[0]), it[1], new HashSet<>(), new ArrayList<>()));
                case "clash" -> roles.get((int) it[0]).clashes().add((int) it[1]);
                case "pair" -> {
                    Role role = roles.get((int) it[1]);
                    role.people().add(new Pair(pairs++, experts.get((int) it[0]), role, it[2], it[3], it[4]));
                }
                case "seat" -> {
                    Seat seat = new Seat();
                    seat.number = week.seats.size();
                    seat.role = roles.get((int) it[0]);
                    seat.emptyCost = it[1];
                    week.seats.add(seat);
                }
                case "share" -> shares.add(new Share((int) it[0], (int) it[1], it[2], new HashMap<>()));
                case "tagged" -> shares.get((int) it[0]).tagged().put((int) it[1], it[2]);
                default -> throw new IllegalArgumentException(line);
            }
        }
        week.shares = shares;
        return week;
    }
}
