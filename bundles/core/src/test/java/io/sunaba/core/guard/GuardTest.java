package io.sunaba.core.guard;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sunaba.agent.Agent;
import io.sunaba.agent.AgentDriver;
import io.sunaba.core.plugin.Kind;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.Ability;
import io.sunaba.hypervisor.AgentEndpoint;
import io.sunaba.hypervisor.DiskHotplug;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.Resize;
import io.sunaba.hypervisor.ShareHotplug;
import io.sunaba.hypervisor.Snapshot;
import io.sunaba.hypervisor.SnapshotRestore;
import io.sunaba.hypervisor.UsageMetrics;
import io.sunaba.storage.MetadataStorage;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GuardTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(60);

    /// What a plugin does when any of its methods is called.
    private interface Behaviour {
        @Nullable Object behave() throws Throwable;
    }

    /// A call of each kind of plugin, and how its guard names it.
    record Sample(
            String plugin, Class<?> type, String method, java.util.function.Consumer<Object> call) {
        static <T> Sample of(Kind<T> kind, String method, Use<T> use) {
            return new Sample(
                    kind.name(),
                    kind.type(),
                    method,
                    service -> use.run(kind.type().cast(service)));
        }

        ThrowingCallable on(Object plugin, Duration limit, boolean present) {
            return () -> call.accept(guarded(type, plugin, limit, present));
        }

        @Override
        public String toString() {
            return plugin + " " + method;
        }
    }

    interface Use<T> {
        void use(T plugin) throws InterruptedException;

        default void run(T plugin) {
            try {
                use(plugin);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final HypervisorConfig CONFIG =
            new HypervisorConfig(
                    "odd",
                    "sandbox/web",
                    new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", "build"),
                    1,
                    1,
                    1,
                    1,
                    false,
                    SHORT);

    private static final AgentEndpoint ENDPOINT = new AgentEndpoint.SerialPort(Path.of("/s"));

    static List<Sample> samples() {
        return List.of(
                Sample.of(Kind.STORAGE, "load", storage -> storage.load("k")),
                Sample.of(Kind.HYPERVISOR, "capabilities", Hypervisor::capabilities),
                Sample.of(Kind.HYPERVISOR, "machines", Hypervisor::machines),
                Sample.of(
                        Kind.HYPERVISOR,
                        "create",
                        hypervisor -> hypervisor.create(new MachineSpec("id", CONFIG))),
                Sample.of(Kind.FACTORY, "newVm", factory -> factory.newVm(CONFIG)),
                Sample.of(Kind.AGENT, "connect", driver -> driver.connect(ENDPOINT, SHORT)));
    }

    /// Methods that return nothing cannot return null, but all else.
    static Stream<Sample> allSamples() {
        return Stream.concat(
                samples().stream(),
                Stream.of(
                        Sample.of(Kind.STORAGE, "save", storage -> storage.save("k", new byte[1])),
                        Sample.of(Kind.STORAGE, "delete", storage -> storage.delete("k")),
                        Sample.of(
                                Kind.HYPERVISOR,
                                "destroy",
                                hypervisor -> hypervisor.destroy("id"))));
    }

    private static Object plugin(Class<?> type, Behaviour behaviour) {
        return Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> behaviour.behave());
    }

    private static Object guarded(Class<?> type, Object plugin, Duration limit, boolean present) {
        String kind =
                Stream.of(Kind.STORAGE, Kind.HYPERVISOR, Kind.FACTORY, Kind.AGENT)
                        .filter(each -> each.type().equals(type))
                        .map(Kind::name)
                        .findFirst()
                        .orElseThrow();
        Guard guard = new Guard("the %s plugin 'odd'".formatted(kind), () -> limit, () -> present);
        return switch (plugin) {
            case MetadataStorage storage -> Kind.STORAGE.guarded().apply(guard, storage);
            case Hypervisor hypervisor -> Kind.HYPERVISOR.guarded().apply(guard, hypervisor);
            case VmFactory factory -> Kind.FACTORY.guarded().apply(guard, factory);
            case AgentDriver driver -> Kind.AGENT.guarded().apply(guard, driver);
            default -> throw new IllegalArgumentException(type.getName());
        };
    }

    private static String named(Sample sample) {
        return "the %s plugin 'odd': %s ".formatted(sample.plugin(), sample.method());
    }

    @ParameterizedTest
    @MethodSource("allSamples")
    void exceptionNamesPluginAndMethod(Sample sample) {
        Object odd =
                plugin(
                        sample.type(),
                        () -> {
                            throw new IllegalStateException("odd");
                        });
        assertThatThrownBy(sample.on(odd, LONG, true))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(named(sample) + "failed: java.lang.IllegalStateException: odd")
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @MethodSource("allSamples")
    void errorNamesPluginAndMethod(Sample sample) {
        Object odd =
                plugin(
                        sample.type(),
                        () -> {
                            throw new NoClassDefFoundError("odd/Thing");
                        });
        assertThatThrownBy(sample.on(odd, LONG, true))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(named(sample) + "failed: java.lang.NoClassDefFoundError: odd/Thing");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void nullNamesPluginAndMethod(Sample sample) {
        assertThatThrownBy(sample.on(plugin(sample.type(), () -> null), LONG, true))
                .isInstanceOf(UnavailableException.class)
                .hasMessage(named(sample) + "returned null");
    }

    @ParameterizedTest
    @MethodSource("allSamples")
    void hangIsGivenUpAndInterrupted(Sample sample) throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Object odd =
                plugin(
                        sample.type(),
                        () -> {
                            try {
                                new CountDownLatch(1).await();
                                return null;
                            } finally {
                                ended.complete(true);
                            }
                        });
        assertThatThrownBy(sample.on(odd, SHORT, true))
                .isInstanceOf(TimedOutException.class)
                .hasMessageStartingWith(named(sample) + "did not return within ");
        assertThat(ended.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("allSamples")
    void errorOfTheContractPasses(Sample sample) {
        NotFoundException expected = new NotFoundException("there is none");
        Object sound =
                plugin(
                        sample.type(),
                        () -> {
                            throw expected;
                        });
        assertThat(catchThrowable(sample.on(sound, LONG, true))).isSameAs(expected);
    }

    @ParameterizedTest
    @MethodSource("allSamples")
    void pluginThatIsGoneIsNotToBlame(Sample sample) {
        Object gone =
                plugin(
                        sample.type(),
                        () -> {
                            throw new NoClassDefFoundError("gone");
                        });
        assertThatThrownBy(sample.on(gone, LONG, false))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("the %s plugin 'odd' went away".formatted(sample.plugin()));
    }

    @Test
    void pluginThatSpinsKeepsNobodyElseFromWork() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Hypervisor spinning =
                (Hypervisor)
                        plugin(
                                Hypervisor.class,
                                () -> {
                                    while (release.getCount() > 0) {
                                        Thread.onSpinWait();
                                    }
                                    return List.of();
                                });
        try {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                Hypervisor guarded = (Hypervisor) guarded(Hypervisor.class, spinning, SHORT, true);
                assertThatThrownBy(guarded::machines).isInstanceOf(TimedOutException.class);
            }
            CompletableFuture<Boolean> worked = new CompletableFuture<>();
            Thread.startVirtualThread(() -> worked.complete(true));
            assertThat(worked.get(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @Test
    void machineThatComesTooLateIsEnded() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> called = new CompletableFuture<>();
        Machine machine =
                (Machine)
                        Proxy.newProxyInstance(
                                Machine.class.getClassLoader(),
                                new Class<?>[] {Machine.class},
                                (_, method, _) -> {
                                    called.complete(method.getName());
                                    return null;
                                });
        Hypervisor slow =
                (Hypervisor)
                        plugin(
                                Hypervisor.class,
                                () -> {
                                    boolean released = false;
                                    while (!released) {
                                        try {
                                            release.await();
                                            released = true;
                                        } catch (InterruptedException _) {
                                            // It does not give up.
                                        }
                                    }
                                    return machine;
                                });
        Hypervisor guarded = (Hypervisor) guarded(Hypervisor.class, slow, SHORT, true);
        assertThatThrownBy(() -> guarded.create(new MachineSpec("id", CONFIG)))
                .isInstanceOf(TimedOutException.class);
        release.countDown();
        assertThat(called.get(60, TimeUnit.SECONDS)).isEqualTo("stop");
    }

    @Test
    void interruptReachesThePlugin() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        Hypervisor patient =
                (Hypervisor)
                        guarded(
                                Hypervisor.class,
                                plugin(
                                        Hypervisor.class,
                                        () -> {
                                            inside.countDown();
                                            new CountDownLatch(1).await();
                                            return null;
                                        }),
                                LONG,
                                true);
        Thread caller =
                Thread.startVirtualThread(
                        () -> seen.complete(requireNonNull(catchThrowable(patient::capabilities))));
        inside.await();
        caller.interrupt();
        assertThat(seen.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    @Test
    void interruptOfACallThatCannotBeInterruptedIsKept() {
        MetadataStorage storage =
                (MetadataStorage)
                        guarded(
                                MetadataStorage.class,
                                plugin(MetadataStorage.class, () -> new byte[] {1}),
                                LONG,
                                true);
        Thread.currentThread().interrupt();
        assertThat(storage.load("k")).containsExactly(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatPluginsReturnIsGuardedToo() throws Exception {
        Machine machine =
                (Machine)
                        plugin(
                                Machine.class,
                                () -> {
                                    throw new IllegalStateException("odd machine");
                                });
        Agent agent =
                (Agent)
                        plugin(
                                Agent.class,
                                () -> {
                                    throw new IllegalStateException("odd agent");
                                });
        Guard guard = new Guard("the factory plugin 'f'", () -> LONG, () -> true);
        Vm vm = new GuardedFactory(guard, _ -> new Vm(machine, agent)).newVm(CONFIG);
        assertThatThrownBy(vm.machine()::state)
                .hasMessageStartingWith("the hypervisor plugin 'odd': state failed: ");
        assertThatThrownBy(vm.agent()::listInterfaces)
                .hasMessageStartingWith("the agent of sandbox/web: listInterfaces failed: ");
        assertThatThrownBy(() -> vm.agent().waitProcess("c", "p"))
                .hasMessageStartingWith("the agent of sandbox/web: waitProcess failed: ");
    }

    /// A method with a default would pass a guard by.
    @ParameterizedTest
    @MethodSource("guards")
    void everyMethodIsGuarded(Class<?> type, Class<?> guard) throws Exception {
        for (Method method : type.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                assertThat(guard.getMethod(method.getName(), method.getParameterTypes()))
                        .as("%s", method)
                        .matches(found -> found.getDeclaringClass().equals(guard));
            }
        }
    }

    static List<Object[]> guards() {
        Guard guard = new Guard("the hypervisor plugin 'odd'", () -> LONG, () -> true);
        return Stream.concat(
                        Stream.of(
                                new Object[] {MetadataStorage.class, GuardedStorage.class},
                                new Object[] {Hypervisor.class, GuardedHypervisor.class},
                                new Object[] {Machine.class, GuardedMachine.class},
                                new Object[] {SnapshotRestore.class, GuardedRestore.class},
                                new Object[] {VmFactory.class, GuardedFactory.class},
                                new Object[] {AgentDriver.class, GuardedDriver.class},
                                new Object[] {Agent.class, GuardedAgent.class}),
                        Stream.of(
                                        DiskHotplug.class,
                                        ShareHotplug.class,
                                        InterfaceHotplug.class,
                                        Resize.class,
                                        UsageMetrics.class,
                                        Snapshot.class)
                                .map(type -> new Object[] {type, guardOf(guard, type)}))
                .toList();
    }

    private static Class<?> guardOf(Guard guard, Class<? extends Ability> type) {
        Ability ability = type.cast(plugin(type, () -> null));
        Class<?> guarded = GuardedAbilities.of(guard, type, ability).getClass();
        assertThat(Arrays.asList(guarded.getInterfaces())).contains(type);
        return guarded;
    }
}
