package io.sunaba.factory.support;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.factory.support.fake.FakeMachines;
import io.sunaba.factory.support.fake.MemoryFixture;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.tck.Report;
import io.sunaba.tck.Suite;
import io.sunaba.tck.factory.FactoryContract;
import io.sunaba.tck.factory.FactoryFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract suite of VM factories finds each fault that it is for.
class FactoryContractTest {
    enum Fault {
        PAUSED("hands out a running machine whose agent answers"),
        DISCONNECTED("hands out a running machine whose agent answers"),
        UNNAMED("has machines bear their caller's name"),
        SHARED("gives each of 100 callers a machine of its own, or says no"),
        ENDS_WHAT_IT_GAVE("does not end what it handed out when it stops"),
        CUTS_WHAT_IT_GAVE("does not cut what it handed out off when it stops"),
        KEEPS_A_SPARE("ends what is its own when it stops"),
        KEEPS_A_SESSION("ends what is its own when it stops"),
        HIDES_INTERRUPTION("gives up when it is interrupted"),
        KEEPS_INTERRUPTED("leaves nothing when it was interrupted"),
        PATIENT("fails in time when the guest is silent"),
        KEEPS_SILENT("leaves nothing of a silent guest"),
        FAULTY("says that a machine died on the way"),
        KEEPS_DEAD("leaves nothing of a machine that died on the way"),
        SULKS("serves again after failures"),
        VAGUE("names a hypervisor that is not there"),
        SPARES_FOR_SHARED("serves a request for shared memory, or refuses it and starts nothing"),
        HASTY("starts nothing that it cannot serve"),
        CARELESS("refuses a configuration that breaks a rule");

        final String check;

        Fault(String check) {
            this.check = check;
        }
    }

    /// Boots machines, with a fault.
    private static final class BrokenFactory implements VmFactory {
        private final FakeMachines fakes;
        private final @Nullable Fault fault;
        private final List<Vm> given = new CopyOnWriteArrayList<>();
        private volatile boolean failed;

        BrokenFactory(FakeMachines fakes, @Nullable Fault fault) {
            this.fakes = fakes;
            this.fault = fault;
        }

        @Override
        public Vm newVm(HypervisorConfig config) throws InterruptedException {
            if (fault == Fault.SULKS && failed) {
                throw new UnavailableException("it failed before");
            }
            try {
                return serve(config);
            } catch (SunabaException e) {
                failed = true;
                throw fault == Fault.FAULTY ? new IllegalStateException(e) : e;
            } catch (InterruptedException e) {
                if (fault == Fault.HIDES_INTERRUPTION) {
                    throw new UnavailableException("interrupted", e);
                }
                throw e;
            }
        }

        private Vm serve(HypervisorConfig config) throws InterruptedException {
            if (fault == Fault.SHARED && !given.isEmpty()) {
                return given.getFirst();
            }
            if (fault == Fault.HASTY) {
                boot(config);
            }
            try {
                fakes.hypervisor(config.hypervisor());
            } catch (UnavailableException e) {
                throw fault == Fault.VAGUE ? new UnavailableException("it is away", e) : e;
            }
            if (fault == Fault.SPARES_FOR_SHARED && config.sharedMemory()) {
                boot(config);
                throw new RejectedException("memory is never shared");
            }
            if (fault == Fault.KEEPS_A_SPARE) {
                boot(config);
            }
            Vm vm = boot(config);
            if (fault == Fault.KEEPS_A_SESSION) {
                fakes.connect(vm.machine().agentEndpoint(), config.bootTimeout());
            } else if (fault == Fault.PAUSED) {
                vm.machine().pause();
            } else if (fault == Fault.DISCONNECTED) {
                vm.agent().close();
            }
            given.add(vm);
            return vm;
        }

        private Vm boot(HypervisorConfig config) throws InterruptedException {
            HypervisorConfig wanted = fault == Fault.UNNAMED ? named(config, "mine") : config;
            Machine machine =
                    fakes.create(
                            new MachineSpec(UUID.randomUUID().toString().replace("-", ""), wanted));
            Duration patience =
                    fault == Fault.PATIENT ? Duration.ofSeconds(12) : config.bootTimeout();
            try {
                machine.start();
                return new Vm(machine, fakes.connect(machine.agentEndpoint(), patience));
            } catch (RuntimeException | InterruptedException e) {
                if (!keeps(e)) {
                    Ending.of(machine, e);
                }
                throw e;
            }
        }

        private boolean keeps(Exception failure) {
            return switch (failure) {
                case InterruptedException _ -> fault == Fault.KEEPS_INTERRUPTED;
                case TimedOutException _ -> fault == Fault.KEEPS_SILENT;
                default -> fault == Fault.KEEPS_DEAD;
            };
        }

        private static HypervisorConfig named(HypervisorConfig config, String owner) {
            return new HypervisorConfig(
                    config.hypervisor(),
                    owner,
                    config.guest(),
                    config.vcpus(),
                    config.maximumVcpus(),
                    config.memoryBytes(),
                    config.maximumMemoryBytes(),
                    config.sharedMemory(),
                    config.bootTimeout());
        }

        void close() {
            for (Vm vm : given) {
                if (fault == Fault.ENDS_WHAT_IT_GAVE) {
                    Ending.of(vm.machine(), new IllegalStateException());
                } else if (fault == Fault.CUTS_WHAT_IT_GAVE) {
                    vm.agent().close();
                }
            }
        }
    }

    private static final class Fixture extends MemoryFixture {
        private final @Nullable Fault fault;

        Fixture(@Nullable Fault fault) {
            this.fault = fault;
        }

        @Override
        public VmFactory open() {
            return new BrokenFactory(fakes, fault);
        }

        @Override
        public void openMisconfigured(String value) {
            if (fault != Fault.CARELESS) {
                throw new RejectedException("size is '%s': it must be a number".formatted(value));
            }
        }

        @Override
        public void ready(VmFactory factory) {}

        @Override
        public void close(VmFactory factory) {
            ((BrokenFactory) factory).close();
        }
    }

    @Test
    void factoryThatKeepsItPasses() throws InterruptedException {
        Report report = FactoryContract.suite().run(() -> new Fixture(null));
        assertThat(report.failures()).as(report.toString()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void faultIsFound(Fault fault) throws InterruptedException {
        Suite<FactoryFixture> check =
                new Suite<>(
                        fault.check,
                        FactoryContract.suite().checks().stream()
                                .filter(it -> it.name().equals(fault.check))
                                .toList());
        Report report = check.run(() -> new Fixture(fault));
        assertThat(report.failures()).as(report.toString()).hasSize(1);
    }

    @Test
    void eachCheckFindsSomeFault() {
        List<String> checks = new ArrayList<>();
        FactoryContract.suite().checks().forEach(check -> checks.add(check.name()));
        assertThat(checks)
                .hasSameElementsAs(
                        Arrays.stream(Fault.values())
                                .map(fault -> requireNonNull(fault.check))
                                .collect(Collectors.toCollection(TreeSet::new)));
    }
}
