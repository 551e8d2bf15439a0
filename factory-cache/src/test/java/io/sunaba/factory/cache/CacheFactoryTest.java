package io.sunaba.factory.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sunaba.agent.AgentDriver;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.VmPool;
import io.sunaba.factory.support.Ownership;
import io.sunaba.factory.support.Plugins;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.factory.support.fake.FakeMachines.FakeMachine;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.metrics.Metric;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CacheFactoryTest {
    private static final long MIB = 1 << 20;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

    private final FakeMachines fakes = new FakeMachines("cache/");
    private final ReplaceableHypervisor plugins = new ReplaceableHypervisor(fakes);
    private CacheFactory factory = open(2, 1024);

    /// The plugins, of which the hypervisor can be replaced by another that knows the same
    /// machines.
    private static final class ReplaceableHypervisor implements Plugins {
        private final FakeMachines fakes;
        private volatile Hypervisor serving;

        private ReplaceableHypervisor(FakeMachines fakes) {
            this.fakes = fakes;
            this.serving = fakes;
        }

        private void replace() {
            serving =
                    (Hypervisor)
                            Proxy.newProxyInstance(
                                    Hypervisor.class.getClassLoader(),
                                    new Class<?>[] {Hypervisor.class},
                                    (_, method, arguments) -> {
                                        fakes.calls.add(method.getName());
                                        return method.invoke(fakes, arguments);
                                    });
        }

        @Override
        public Hypervisor hypervisor(String name) {
            return serving;
        }

        @Override
        public AgentDriver agent(String name) {
            return fakes;
        }

        @Override
        public VmFactory factory(String name) {
            assertThat(name).isEqualTo("base");
            return fakes;
        }
    }

    private static CacheConfig settings(int size, long mebibytes) {
        return new CacheConfig("base", "kata", size, mebibytes * MIB, Duration.ofHours(1));
    }

    private CacheFactory open(int size, long mebibytes) {
        return new CacheFactory(
                settings(size, mebibytes),
                new Ownership("cache"),
                plugins,
                () -> {},
                Duration.ZERO,
                FIRST_PAUSE);
    }

    @AfterEach
    void stop() {
        factory.close();
        assertThat(fakes.machines.values())
                .as("nothing waits any more")
                .allSatisfy(machine -> {
                    assertThat(machine.record().owner()).startsWith("sandbox/");
                    assertThat(machine.state()).isEqualTo(MachineState.RUNNING);
                });
        assertThat(fakes.openAgents).hasValue(fakes.machines.size());
    }

    private static HypervisorConfig config(String owner, long mebibytes) {
        return config(owner, "build-1", mebibytes);
    }

    private static HypervisorConfig config(String owner, String build, long mebibytes) {
        return new HypervisorConfig(
                "fake",
                owner,
                new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", build),
                1,
                1,
                mebibytes * MIB,
                mebibytes * MIB,
                false,
                Duration.ofSeconds(5));
    }

    private static HypervisorConfig sharing(HypervisorConfig config) {
        return new HypervisorConfig(
                config.hypervisor(),
                config.owner(),
                config.guest(),
                config.vcpus(),
                config.maximumVcpus(),
                config.memoryBytes(),
                config.maximumMemoryBytes(),
                true,
                config.bootTimeout());
    }

    private static void await(String what, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            assertThat(Thread.currentThread().isInterrupted()).as(what).isFalse();
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private void ask(long mebibytes) {
        assertThatThrownBy(() -> factory.newVm(config("sandbox/early", mebibytes)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("sandbox/early");
    }

    private VmPool pool(long mebibytes) {
        return factory.list().stream()
                .filter(pool -> pool.memoryBytes() == mebibytes * MIB)
                .findFirst()
                .orElseThrow();
    }

    private void awaitWaiting(int count, long mebibytes) {
        await(count + " waiting", () -> pool(mebibytes).waiting() == count);
    }

    /// Has the pool of machines of a size filled.
    private void fill(long mebibytes) {
        ask(mebibytes);
        awaitWaiting(pool(mebibytes).target(), mebibytes);
    }

    private List<FakeMachine> waiting() {
        return fakes.machines.values().stream()
                .filter(machine -> machine.state() == MachineState.PAUSED)
                .toList();
    }

    private double count(String name) {
        return factory.metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .mapToDouble(metric -> ((Metric.Counter) metric).value())
                .sum();
    }

    @Test
    void machinesThatShareTheirMemoryAreNotKept() {
        assertThatThrownBy(() -> factory.newVm(sharing(config("sandbox/shares", 256))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("sandbox/shares", "directories are to be shared");
        assertThat(factory.list()).as("nor is a pool opened for them").isEmpty();
    }

    // ---- handing out ---------------------------------------------------------------------------

    @Test
    void firstRequestGoesElsewhereAndLaterOnesAreServed() throws Exception {
        assertThatThrownBy(() -> factory.newVm(config("sandbox/first", 256)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("sandbox/first", "is being filled");
        awaitWaiting(2, 256);
        assertThat(waiting())
                .allSatisfy(it -> assertThat(it.record().owner()).startsWith("cache/"));
        assertThat(fakes.calls).contains("settle");
        fakes.calls.clear();
        fakes.gate = new CountDownLatch(1);

        Vm vm = factory.newVm(config("sandbox/second", 256));

        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThat(vm.machine().record().owner()).isEqualTo("sandbox/second");
        assertThat(fakes.calls)
                .as("handed over before it runs")
                .containsExactly("assign sandbox/second", "check");
        assertThat(pool(256).waiting()).isEqualTo(1);
        fakes.gate.countDown();
        awaitWaiting(2, 256);
        assertThat(count("sunaba_cache_hits_total")).isEqualTo(1);
        assertThat(count("sunaba_cache_misses_total")).isEqualTo(1);
        assertThat(count("sunaba_cache_refills_total")).isEqualTo(3);
    }

    @Test
    void noTwoOfManyRequestsGetTheSameMachine() throws Exception {
        factory.configure(settings(30, 100_000));
        fill(256);
        List<String> served = new ArrayList<>();
        int refused = 0;
        fakes.gate = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Vm>> requests =
                    Stream.generate(() ->
                                    (Callable<Vm>) () -> factory.newVm(config("sandbox/many", 256)))
                            .limit(100)
                            .map(callers::submit)
                            .toList();
            for (Future<Vm> request : requests) {
                try {
                    served.add(request.get().machine().id());
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(UnavailableException.class);
                    refused++;
                }
            }
        }
        fakes.gate.countDown();

        assertThat(served).hasSize(30).doesNotHaveDuplicates();
        assertThat(refused).isEqualTo(70);
    }

    @Test
    void machineThatDiedIsReplacedAndNeverHandedOut() throws Exception {
        fill(256);
        fakes.gate = new CountDownLatch(1);
        FakeMachine dead = waiting().getFirst();
        dead.die();
        await("its traces are removed", () -> !fakes.machines.containsKey(dead.id()));

        assertThat(factory.newVm(config("sandbox/one", 256)).machine().id())
                .isNotEqualTo(dead.id());
        ask(256);
        fakes.gate.countDown();
        awaitWaiting(2, 256);
    }

    @Test
    void machineWhoseAgentDoesNotAnswerIsEndedAndTheNextServes() throws Exception {
        fill(256);
        fakes.gate = new CountDownLatch(1);
        fakes.connectFailure = new UnavailableException("silent");
        fakes.loseAgents();

        ask(256);
        assertThat(fakes.machines).as("both were of no use").isEmpty();
        assertThat(count("sunaba_cache_dead_machines_total")).isEqualTo(2);
        fakes.gate.countDown();
        awaitWaiting(2, 256);
        factory.newVm(config("sandbox/one", 256));
    }

    @Test
    void agentPluginMayBeReplacedMeanwhile() throws Exception {
        fill(256);
        fakes.loseAgents();

        Vm vm = factory.newVm(config("sandbox/one", 256));

        vm.agent().setTime(java.time.Instant.EPOCH);
        assertThat(vm.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThat(count("sunaba_cache_dead_machines_total")).isZero();
    }

    @Test
    void hypervisorPluginMayBeReplacedMeanwhile() throws Exception {
        fill(256);
        plugins.replace();
        fakes.calls.clear();

        factory.newVm(config("sandbox/one", 256));

        assertThat(fakes.calls).contains("attach");
        assertThat(count("sunaba_cache_dead_machines_total")).isZero();
    }

    @Test
    void interruptedRequestLeavesNothing() throws Exception {
        fill(256);
        fakes.gate = new CountDownLatch(1);
        fakes.agentGate = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                factory.newVm(config("sandbox/one", 256));
                            } catch (Throwable e) {
                                failure.complete(e);
                            }
                        });
        await("under way", () -> fakes.calls.contains("check"));
        caller.interrupt();

        assertThat(failure.get()).isInstanceOf(InterruptedException.class);
        assertThat(fakes.machines).hasSize(1);
        fakes.agentGate.countDown();
        fakes.gate.countDown();
    }

    // ---- filling -------------------------------------------------------------------------------

    @Test
    void failedRefillNeverClosesThePool() throws Exception {
        fakes.bootFailure = new UnavailableException("no room on the host");
        ask(256);
        await("several failures", () -> count("sunaba_cache_refill_failures_total") >= 3);
        assertThat(pool(256).problem()).contains("no room on the host");
        assertThatThrownBy(() -> factory.newVm(config("sandbox/one", 256)))
                .hasMessageContaining("no room on the host");

        fakes.bootFailure = null;
        awaitWaiting(2, 256);
        assertThat(pool(256).problem()).isEmpty();
        factory.newVm(config("sandbox/two", 256));
    }

    @Test
    void classThatAsksForRoomGetsThatOfTheOneThatWasAskedForLeastLately() throws Exception {
        factory.configure(settings(2, 1000));
        fill(200);
        fill(100);
        factory.newVm(config("sandbox/one", 200));
        awaitWaiting(2, 200);
        fill(300);

        assertThat(pool(200).waiting()).as("asked for after the other").isEqualTo(2);
        assertThat(pool(100).waiting()).isZero();
        assertThat(waiting()).hasSize(4);
    }

    @Test
    void machineThatIsLargerThanTheBoundIsNeverMade() {
        ask(2048);
        await("refused", () -> pool(2048).problem().isPresent());

        assertThat(pool(2048).problem().orElseThrow()).contains("1024 MiB", "2048 MiB");
        assertThat(fakes.boots).hasValue(0);
    }

    @Test
    void poolOfAnotherBuildIsGivenUp() throws Exception {
        fill(256);
        assertThatThrownBy(() -> factory.newVm(config("sandbox/newer", "build-2", 256)))
                .isInstanceOf(UnavailableException.class);
        await("filled", () -> factory.list().getFirst().waiting() == 2);

        assertThat(factory.list()).singleElement().extracting(VmPool::guest).isEqualTo("build-2");
        await("the older are ended", () -> fakes.machines.size() == 2);
    }

    // ---- upkeep --------------------------------------------------------------------------------

    @Test
    void configurationIsLive() {
        fill(256);
        List<String> before = waiting().stream().map(FakeMachine::id).toList();
        factory.configure(settings(3, 1024));
        awaitWaiting(3, 256);
        assertThat(waiting()).extracting(FakeMachine::id).as("what fits stays").containsAll(before);

        factory.configure(settings(3, 256));
        assertThat(pool(256).waiting()).isEqualTo(1);
        assertThat(waiting()).hasSize(1);
        factory.configure(settings(0, 256));
        assertThat(waiting()).isEmpty();
        assertThatThrownBy(() -> factory.newVm(config("sandbox/one", 256)))
                .hasMessageContaining("its size is 0");
    }

    @Test
    void poolIsResizedUntilTheConfigurationSaysOtherwise() {
        fill(256);
        factory.resize(pool(256).id(), 4);
        awaitWaiting(4, 256);
        factory.configure(settings(2, 2048));
        awaitWaiting(4, 256);
        factory.resize(pool(256).id(), 1);
        assertThat(waiting()).hasSize(1);
        factory.configure(settings(3, 2048));
        awaitWaiting(3, 256);

        String id = pool(256).id();
        assertThatThrownBy(() -> factory.resize(id, 9))
                .isInstanceOf(RejectedException.class)
                .hasMessageContainingAll("size 9", "2304 MiB", "2048 MiB");
        assertThatThrownBy(() -> factory.resize(id, -1)).isInstanceOf(RejectedException.class);
        assertThatThrownBy(() -> factory.resize("other", 1))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("other");
    }

    @Test
    void drainEndsWhatWaitsAndNothingElse() throws Exception {
        fill(256);
        Vm served = factory.newVm(config("sandbox/one", 256));
        fakes.gate = new CountDownLatch(1);
        factory.drain(pool(256).id());

        assertThat(factory.list()).isEmpty();
        assertThat(fakes.machines).containsOnlyKeys(served.machine().id());
        fakes.gate.countDown();
        fill(256);
        assertThatThrownBy(() -> factory.drain("other")).isInstanceOf(NotFoundException.class);
    }

    @Test
    void stopLeavesNothingButWhatWasHandedOut() throws Exception {
        fill(256);
        Vm served = factory.newVm(config("sandbox/one", 256));
        fakes.gate = new CountDownLatch(1);
        ask(128);
        factory.close();

        assertThat(fakes.machines).containsOnlyKeys(served.machine().id());
        assertThat(served.machine().state()).isEqualTo(MachineState.RUNNING);
        assertThatThrownBy(() -> factory.newVm(config("sandbox/late", 256)))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("stopped");
    }

    @Test
    void stopWaitsForRequests() throws Exception {
        fill(256);
        fakes.agentGate = new CountDownLatch(1);
        CompletableFuture<Vm> request = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                request.complete(factory.newVm(config("sandbox/one", 256)));
            } catch (Throwable e) {
                request.completeExceptionally(e);
            }
        });
        await("under way", () -> fakes.calls.contains("check"));
        CompletableFuture<Void> stopped =
                CompletableFuture.runAsync(factory::close, Thread::startVirtualThread);
        await("no longer serves", () -> factory.list().isEmpty());
        assertThat(stopped).isNotDone();
        fakes.agentGate.countDown();

        assertThat(request.get().machine().state()).isEqualTo(MachineState.RUNNING);
        stopped.join();
    }

    @Test
    void metricsTellOfPools() {
        fill(256);

        assertThat(factory.metrics())
                .filteredOn(metric -> metric.name().equals("sunaba_cache_machines"))
                .singleElement()
                .satisfies(metric -> {
                    assertThat(metric.labels())
                            .containsEntry("hypervisor", "fake")
                            .containsEntry("pool", pool(256).id());
                    assertThat(((Metric.Gauge) metric).value()).isEqualTo(2);
                });
    }
}
