// LEMON's network simplex on a DIMACS file: read, build, solve, apart; wall and processor time.
#include <lemon/dimacs.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>

typedef long long Value;

static double wall() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

static double cpu() { return double(std::clock()) / CLOCKS_PER_SEC; }

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: lemon FILE\n");
        return 2;
    }
    std::ifstream file(argv[1]);
    lemon::SmartDigraph graph;
    lemon::SmartDigraph::ArcMap<Value> lower(graph), capacity(graph), cost(graph);
    lemon::SmartDigraph::NodeMap<Value> supply(graph);
    double read = wall();
    lemon::readDimacsMin(file, graph, lower, capacity, cost, supply, Value(0));
    read = wall() - read;

    double build = wall(), build_cpu = cpu();
    typedef lemon::NetworkSimplex<lemon::SmartDigraph, Value, Value> Simplex;
    Simplex simplex(graph);
    simplex.lowerMap(lower).upperMap(capacity).costMap(cost).supplyMap(supply);
    build = wall() - build, build_cpu = cpu() - build_cpu;

    double solve = wall(), solve_cpu = cpu();
    Simplex::ProblemType type = simplex.run();
    solve = wall() - solve, solve_cpu = cpu() - solve_cpu;

    std::printf("{\"read\": %.6f, \"build\": %.6f, \"build_cpu\": %.6f, \"solve\": %.6f, \"solve_cpu\": %.6f, ",
                read, build, build_cpu, solve, solve_cpu);
    if (type == Simplex::OPTIMAL)
        std::printf("\"cost\": %lld}\n", simplex.totalCost<Value>());
    else
        std::printf("\"cost\": null}\n");
    return 0;
}
