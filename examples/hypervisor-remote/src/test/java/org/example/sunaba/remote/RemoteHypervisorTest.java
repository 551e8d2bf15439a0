package org.example.sunaba.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.Machine;
import io.sunaba.hypervisor.MachineSpec;
import io.sunaba.hypervisor.MachineState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RemoteHypervisorTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";

    @Test
    void machinesOutliveTheDaemon() throws Exception {
        Path place = Files.createTempDirectory("vmmd");
        try (DaemonProcess daemon = new DaemonProcess(place);
                RemoteFixture fixture = new RemoteFixture(daemon)) {
            Hypervisor hypervisor = fixture.open();
            Machine machine = hypervisor.create(new MachineSpec(ID, fixture.config()));
            machine.start();
            fixture.awaitUp(machine);

            daemon.kill();
            UnavailableException away =
                    assertThrows(UnavailableException.class, hypervisor::capabilities);
            assertTrue(away.getMessage().contains(place.resolve("socket").toString()));
            daemon.start();

            assertEquals(MachineState.RUNNING, machine.state());
            assertFalse(machine.exited().toCompletableFuture().isDone());
            machine.pause();
            assertEquals(MachineState.PAUSED, hypervisor.attach(machine.record()).state());
            machine.stop();
            machine.exited().toCompletableFuture().get(10, TimeUnit.SECONDS);
            fixture.close(hypervisor);
        }
        RemoteFixture.delete(place);
    }
}
