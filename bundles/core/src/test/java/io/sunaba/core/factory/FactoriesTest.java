package io.sunaba.core.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sunaba.agent.Agent;
import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.error.RejectedException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.GuestImage;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactoriesTest {
    private static final Vm VM = new Vm(proxy(Machine.class), proxy(Agent.class));

    private final Plugins plugins = new Plugins(() -> Duration.ofMillis(50));
    private final List<String> asked = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private Duration bootTimeout = Duration.ofSeconds(20);

    private static <T> T proxy(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(), new Class<?>[] {type}, (_, _, _) -> null));
    }

    private VmFactory add(String name, VmFactory factory) {
        VmFactory noted =
                config -> {
                    asked.add(name);
                    return factory.newVm(config);
                };
        plugins.add(Kind.FACTORY, noted, Map.of("sunaba.name", name));
        return noted;
    }

    private void serving(String name) {
        add(name, _ -> VM);
    }

    private void failing(String name, RuntimeException failure) {
        add(
                name,
                _ -> {
                    throw failure;
                });
    }

    private Vm newVm(String chosen, String... order) throws InterruptedException {
        GuestImage guest =
                new GuestImage(Path.of("/k"), Path.of("/i"), Path.of("/r"), "quiet", "build");
        return new Factories(
                        plugins,
                        List.of(order),
                        (from, to, reason) -> told.add("%s>%s %s".formatted(from, to, reason)))
                .newVm(
                        chosen,
                        new HypervisorConfig(
                                "fake", "sandbox/web", guest, 1, 1, 1, 1, false, bootTimeout));
    }

    @Test
    void chosenOneServesAlone() throws InterruptedException {
        serving("template");
        serving("new");
        newVm("template", "template", "new");
        assertThat(asked).containsExactly("template");
        assertThat(told).isEmpty();
    }

    @Test
    void thoseAfterTheChosenOneAreAskedInTheirOrder() throws InterruptedException {
        serving("cache");
        failing("template", new RejectedException("cannot restore"));
        failing("warm", new UnavailableException("is being\nmade"));
        serving("new");
        newVm("template", "cache", "template", "absent", "warm", "new");
        assertThat(asked).containsExactly("template", "warm", "new");
        assertThat(told).containsExactly("template>warm cannot restore", "warm>new is being made");
    }

    @Test
    void allComeAfterOneThatIsNotInTheOrder() throws InterruptedException {
        failing("own", new UnavailableException("away"));
        serving("template");
        newVm("own", "template", "new");
        assertThat(asked).containsExactly("own", "template");
    }

    @Test
    void lastFailureIsThrownWithThoseBefore() {
        UnavailableException first = new UnavailableException("one");
        RejectedException second = new RejectedException("two");
        UnavailableException third = new UnavailableException("three");
        failing("cache", first);
        failing("template", second);
        failing("new", third);
        Throwable failure = catchThrowable(() -> newVm("cache", "cache", "template", "new"));
        assertThat(failure).isSameAs(third);
        assertThat(failure.getSuppressed()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void chosenOneThatNobodyProvidesIsAnError() {
        serving("new");
        assertThatThrownBy(() -> newVm("tmplate", "template", "new"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("'tmplate'", "new");
        assertThat(asked).isEmpty();
    }

    @Test
    void guestThatHadItsTimeIsNotBootedAgain() {
        bootTimeout = Duration.ofNanos(1);
        failing("template", new TimedOutException("no answer"));
        serving("new");
        assertThatThrownBy(() -> newVm("template", "template", "new"))
                .isInstanceOf(TimedOutException.class);
        assertThat(asked).containsExactly("template");
    }

    @Test
    void interruptionEndsIt() {
        add(
                "template",
                _ -> {
                    throw new InterruptedException();
                });
        serving("new");
        assertThatThrownBy(() -> newVm("template", "template", "new"))
                .isInstanceOf(InterruptedException.class);
        assertThat(asked).containsExactly("template");
    }

    @Test
    void factoryThatIsTakenAwayWhileItWorksIsNoFailure() throws InterruptedException {
        VmFactory[] self = new VmFactory[1];
        self[0] =
                add(
                        "template",
                        _ -> {
                            plugins.remove(Kind.FACTORY, self[0]);
                            throw new NoClassDefFoundError("the bundle is gone");
                        });
        serving("new");
        newVm("template", "template", "new");
        assertThat(told).containsExactly("template>new the factory plugin 'template' went away");
    }

    @Test
    void faultOfAFactoryIsAReasonThatNamesIt() throws InterruptedException {
        failing("template", new IllegalStateException("a fault"));
        serving("new");
        newVm("template", "template", "new");
        assertThat(told)
                .containsExactly(
                        "template>new the factory plugin 'template': newVm failed:"
                                + " java.lang.IllegalStateException: a fault");
    }
}
