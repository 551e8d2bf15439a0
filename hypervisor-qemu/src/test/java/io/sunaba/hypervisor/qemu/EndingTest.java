package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineExit;
import io.sunaba.hypervisor.MachineExit.Reason;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.hypervisor.TinyKernel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How a guest's own end is told.
class EndingTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String PANIC = "Kernel panic - not syncing: Attempted to kill init!";

    private QemuFixture fixture;
    private Hypervisor hypervisor;

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
        hypervisor = fixture.open();
    }

    @AfterEach
    void close() throws Exception {
        hypervisor.destroy(ID);
        fixture.close(hypervisor);
        fixture.close();
    }

    @Test
    void guestPowersItselfOff() throws Exception {
        MachineExit exit = run(new TinyKernel().print("bye").powerOff());
        assertThat(exit.reason()).isEqualTo(Reason.POWERED_OFF);
        assertThat(exit.detail()).isEqualTo("the guest powered itself off");
    }

    @Test
    void guestResetsItself() throws Exception {
        MachineExit exit = run(new TinyKernel().print("bye").reset());
        assertThat(exit.reason()).isEqualTo(Reason.POWERED_OFF);
        assertThat(exit.detail()).isEqualTo("the guest reset itself");
    }

    @Test
    void guestPanicsBeforeItHasThePanicNotifier() throws Exception {
        TinyKernel kernel =
                new TinyKernel().print("[    1.2] " + PANIC).print("CPU: 0 PID: 1").reset();
        MachineExit exit = run(kernel);
        assertThat(exit.reason()).isEqualTo(Reason.PANICKED);
        assertThat(exit.detail()).isEqualTo(PANIC);
    }

    private MachineExit run(TinyKernel kernel) throws Exception {
        HypervisorConfig config = fixture.config(kernel);
        Machine machine = hypervisor.create(new MachineSpec(ID, config));
        machine.start();
        MachineExit exit = machine.exited().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(machine.state()).isEqualTo(MachineState.GONE);
        // What it printed can be read until it is stopped.
        assertThat(machine.consoleTail(10)).isNotEmpty();
        machine.stop();
        assertThat(fixture.machineDirectory()).isEmptyDirectory();
        return exit;
    }
}
