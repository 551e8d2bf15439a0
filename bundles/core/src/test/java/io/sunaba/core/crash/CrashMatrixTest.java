package io.sunaba.core.crash;

import io.sunaba.core.crash.Reach.Blow;
import io.sunaba.core.crash.Reach.Moment;
import io.sunaba.error.UnavailableException;
import io.sunaba.sandbox.SandboxState;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every operation is struck at each of its effects on the world: before it, and when it is done
/// and nobody has heard.
class CrashMatrixTest {
    @TempDir Path directory;

    static Stream<Arguments> matrix() {
        return Stream.of("fs", "leveldb")
                .flatMap(storage ->
                        Stream.of(Operation.values())
                                .map(operation -> Arguments.of(storage, operation)));
    }

    /// Something that happens to the writes alone.
    private record Full(boolean forGood) implements Blow {
        @Override
        public boolean at(String point) {
            return Reach.isWrite(point);
        }

        @Override
        public void strike(Reach reach, String point) {
            reach.fill(forGood);
            throw new UnavailableException("no space left for " + point);
        }
    }

    private Walk walk(String storage, Operation operation) {
        return new Walk(directory, storage, operation, World::new);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void daemonIsKilledAnywhere(String storage, Operation operation) throws Exception {
        for (Moment moment : Moment.values()) {
            walk(storage, operation)
                    .run(
                            moment,
                            _ -> Walk.DAEMON_IS_KILLED,
                            world -> {
                                world.killAndStart();
                                Soundness.await(world);
                            });
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void machineIsKilledAnywhere(String storage, Operation operation) throws Exception {
        for (Moment moment : Moment.values()) {
            walk(storage, operation)
                    .run(
                            moment,
                            world -> (_, _) -> world.killMachine(),
                            world -> {
                                Soundness.await(world);
                                if (world.hasWeb()
                                        && world.web().status().state() == SandboxState.STOPPED) {
                                    world.stopAndStart();
                                    Soundness.await(world);
                                    world.web().delete();
                                    Soundness.await(world);
                                    operation.prepare(world);
                                }
                            });
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void thereIsNoRoomForOneWrite(String storage, Operation operation) throws Exception {
        walk(storage, operation)
                .run(
                        Moment.BEFORE,
                        _ -> new Full(false),
                        world -> {
                            Soundness.awaitKnown(world);
                            world.stopAndStart();
                            Soundness.await(world);
                        });
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void thereIsNoRoomForAWhile(String storage, Operation operation) throws Exception {
        walk(storage, operation)
                .run(
                        Moment.BEFORE,
                        _ -> new Full(true),
                        world -> {
                            Soundness.awaitKnown(world);
                            world.reach().fill(false);
                        });
        walk(storage, operation)
                .run(
                        Moment.BEFORE,
                        _ -> new Full(true),
                        world -> {
                            world.killAndStart();
                            Soundness.await(world);
                        });
    }
}
