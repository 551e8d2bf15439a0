package io.sunaba.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.error.ConflictException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.SandboxState;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Both tables in full. A row is an operation; its columns are the states READY, RUNNING, PAUSED
/// and STOPPED, and hold the first letters of the state after, or `-` where the operation is
/// illegal.
class TransitionsTest {
    private static final String SANDBOX =
            """
            start                 RU -  -  RU
            stop                  ST ST ST ST
            delete                RE -  PA ST
            resize                RE RU -  ST
            stats                 RE RU PA -
            createContainer       RE RU -  -
            deleteContainer       RE RU -  ST
            startContainer        -  RU -  -
            stopContainer         RE RU -  ST
            enterContainer        -  RU -  -
            killContainer         RE RU -  ST
            pauseContainer        -  RU -  -
            resumeContainer       -  RU -  -
            processListContainer  -  RU -  -
            statsContainer        -  RU -  -
            updateContainer       RE RU -  -
            addDevice             RE RU -  -
            removeDevice          RE RU -  ST
            waitProcess           -  RU -  -
            addInterface          RE RU -  -
            removeInterface       RE RU -  ST
            listInterfaces        RE RU -  -
            updateRoutes          RE RU -  -
            listRoutes            RE RU -  -
            winsizeProcess        -  RU -  -
            signalProcess         -  RU -  -
            ioStream              -  RU -  -
            getOomEvent           RE RU -  -
            getAgentMetrics       RE RU -  -
            """;

    private static final String CONTAINER =
            """
            deleteContainer       RE -  -  ST
            startContainer        RU -  -  RU
            stopContainer         ST ST ST ST
            enterContainer        RE RU -  -
            killContainer         RE RU PA ST
            pauseContainer        -  PA -  -
            resumeContainer       -  -  RU -
            processListContainer  -  RU -  -
            statsContainer        -  RU PA -
            updateContainer       RE RU -  -
            waitProcess           RE RU PA ST
            winsizeProcess        RE RU PA -
            signalProcess         RE RU PA ST
            ioStream              RE RU PA ST
            """;

    @Test
    void sandboxTable() {
        assertThat(rows(SANDBOX))
                .containsOnlyKeys(
                        Arrays.stream(Operation.values()).map(Operation::toString).toList());
        check(
                SANDBOX,
                SandboxState.values(),
                (state, operation) -> SandboxTransitions.next("web", state, operation));
    }

    @Test
    void containerTable() {
        check(
                CONTAINER,
                ContainerState.values(),
                (state, operation) -> ContainerTransitions.next("web", state, operation));
        Map<String, String[]> rows = rows(CONTAINER);
        for (Operation operation : Operation.values()) {
            if (!rows.containsKey(operation.toString())) {
                assertThatThrownBy(() ->
                                ContainerTransitions.next("web", ContainerState.READY, operation))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static <S extends Enum<S>> void check(
            String table, S[] states, BiFunction<S, Operation, S> next) {
        Map<String, Operation> operations =
                Arrays.stream(Operation.values())
                        .collect(Collectors.toMap(Operation::toString, Function.identity()));
        rows(table)
                .forEach((name, row) -> {
                    for (int column = 0; column < states.length; column++) {
                        S state = states[column];
                        Operation operation = operations.get(name);
                        String expected = row[column + 1];
                        if (expected.equals("-")) {
                            assertThatThrownBy(() -> next.apply(state, operation))
                                    .as(state + " " + name)
                                    .isInstanceOf(ConflictException.class)
                                    .hasMessageContainingAll("web", state.name(), name);
                        } else {
                            assertThat(next.apply(state, operation).name())
                                    .as(state + " " + name)
                                    .startsWith(expected);
                        }
                    }
                });
    }

    private static Map<String, String[]> rows(String table) {
        return table.lines()
                .map(line -> line.split(" +"))
                .collect(Collectors.toMap(row -> row[0], Function.identity()));
    }
}
