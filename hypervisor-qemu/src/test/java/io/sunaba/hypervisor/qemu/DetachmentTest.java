package io.sunaba.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.tck.ChildJvm;
import io.sunaba.vmm.HostProcess;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a platform that is killed leaves behind.
class DetachmentTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";

    private QemuFixture fixture;
    private Hypervisor hypervisor;

    /// A platform: creates a machine, starts it and waits to be killed.
    static final class Platform {
        private Platform() {}

        public static void main(String[] arguments) throws Exception {
            QemuFixture fixture = new QemuFixture(Path.of(arguments[0]));
            Hypervisor hypervisor = fixture.open();
            System.out.println("ready");
            Machine machine = hypervisor.create(new MachineSpec(ID, fixture.config()));
            machine.start();
            // What a guest prints while nobody is connected is lost.
            fixture.awaitUp(machine);
            System.out.println("running");
            LockSupport.park();
        }
    }

    @BeforeEach
    void open() throws Exception {
        fixture = new QemuFixture();
        hypervisor = fixture.open();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close(hypervisor);
        fixture.close();
    }

    @Test
    void machineOutlivesThePlatform() throws Exception {
        Process platform = start("running");
        platform.destroyForcibly().waitFor();
        MachineRecord record = hypervisor.machines().getFirst();
        Machine machine = hypervisor.attach(record);
        assertThat(machine.state()).isEqualTo(MachineState.RUNNING);
        assertThat(record).isEqualTo(machine.record());
        fixture.awaitUp(machine);
        machine.pause();
        machine.resume();
        assertThat(machine.state()).isEqualTo(MachineState.RUNNING);
        machine.stop();
        assertThat(fixture.machineDirectory()).isEmptyDirectory();
    }

    @Test
    void machineIsFoundWhereverThePlatformDied() throws Exception {
        Process first = start("ready");
        long started = System.nanoTime();
        await(first, "running");
        long usual = System.nanoTime() - started;
        first.destroyForcibly().waitFor();
        hypervisor.destroy(ID);
        for (int i = 0; i < 8; i++) {
            Process platform = start("ready");
            LockSupport.parkNanos(usual * i / 8);
            platform.destroyForcibly().waitFor();
            List<MachineRecord> machines = hypervisor.machines();
            assertThat(machines.size())
                    .isEqualTo(fixture.machineDirectory().toFile().list().length);
            for (MachineRecord record : machines) {
                hypervisor.destroy(record.id());
            }
            assertThat(fixture.machineDirectory()).isEmptyDirectory();
            assertThat(HostProcess.withArgument(CommandLine.name(ID))).isEmpty();
        }
    }

    private Process start(String until) throws Exception {
        Process platform = ChildJvm.start(Platform.class, fixture.directory().toString());
        await(platform, until);
        return platform;
    }

    private static void await(Process platform, String line) throws Exception {
        BufferedReader output = platform.inputReader();
        String next = output.readLine();
        while (!line.equals(next)) {
            assertThat(next).isNotNull();
            next = output.readLine();
        }
    }
}
