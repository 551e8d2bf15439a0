package io.sunaba.itests;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.Sandboxes;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// docs/api.md says what is so: each operation of the design document has the method, the command
/// and the test that the table names.
class ApiTableTest {
    /// The operations of the design document.
    private static final List<String> OPERATIONS =
            List.of(
                    "CreateSandbox",
                    "Delete",
                    "Monitor",
                    "Release",
                    "Start",
                    "Stats",
                    "Status",
                    "Stop",
                    "CreateContainer",
                    "DeleteContainer",
                    "EnterContainer",
                    "KillContainer",
                    "PauseContainer",
                    "ProcessListContainer",
                    "ResumeContainer",
                    "StartContainer",
                    "StatsContainer",
                    "StatusContainer",
                    "StopContainer",
                    "UpdateContainer",
                    "WaitProcess",
                    "AddDevice",
                    "AddInterface",
                    "RemoveInterface",
                    "ListInterfaces",
                    "UpdateRoutes",
                    "ListRoutes",
                    "WinsizeProcess",
                    "SignalProcess",
                    "IOStream",
                    "GetOOMEvent",
                    "UpdateRuntimeMetrics",
                    "GetAgentMetrics");

    private static final Pattern CELL = Pattern.compile("\\|\\s*`([^`]+)`");

    private static List<List<String>> rows;

    @BeforeAll
    static void readTable() throws IOException {
        rows =
                Files.readAllLines(Installation.REPOSITORY.resolve("docs/api.md")).stream()
                        .filter(line -> line.startsWith("| `"))
                        .map(line -> CELL.matcher(line).results().map(ApiTableTest::text).toList())
                        .toList();
    }

    private static String text(MatchResult cell) {
        return cell.group(1);
    }

    @Test
    void everyOperationOfTheDesignHasARow() {
        assertThat(rows.stream().map(List::getFirst))
                .containsAll(OPERATIONS)
                .doesNotHaveDuplicates();
        assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4));
    }

    @Test
    void everyMethodExists() {
        assertThat(rows).allSatisfy(row -> assertThat(methods(row.get(1))).isNotEmpty());
    }

    private static List<Method> methods(String name) {
        Class<?> type = name.startsWith("Sandboxes.") ? Sandboxes.class : Sandbox.class;
        String method = name.substring(name.indexOf('.') + 1);
        return Arrays.stream(type.getMethods())
                .filter(candidate -> candidate.getName().equals(method))
                .toList();
    }

    @Test
    void everyMethodOfTheApiHasARow() {
        Set<String> named = rows.stream().map(row -> row.get(1)).collect(toSet());

        assertThat(Arrays.stream(Sandbox.class.getMethods()).map(Method::getName))
                .filteredOn(name -> !name.equals("id"))
                .allSatisfy(name -> assertThat(named).contains(name));
    }

    @Test
    void everyCommandExists() {
        try (Installation sunaba = Installation.unpack().start()) {
            String help = sunaba.exec("help").expectSuccess().text();

            assertThat(rows)
                    .filteredOn(row -> row.size() > 2)
                    .allSatisfy(
                            row -> assertThat(help).containsPattern("\\b" + row.get(2) + "\\b"));
        }
    }

    @Test
    void everyProofIsATest() {
        assertThat(rows)
                .filteredOn(row -> row.size() > 2)
                .allSatisfy(row -> assertThat(tests(row.get(3))).isNotEmpty());
    }

    /// Finds the test methods of `Class` or `Class.method`.
    private static List<Method> tests(String name) throws ClassNotFoundException {
        String[] parts = name.split("\\.", 2);
        Class<?> type = Class.forName(ApiTableTest.class.getPackageName() + "." + parts[0]);
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class)
                                || method.isAnnotationPresent(org.junit.Test.class))
                .filter(method -> parts.length == 1 || method.getName().equals(parts[1]))
                .toList();
    }
}
