package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.InterfaceSpec;
import io.sunaba.hypervisor.InterfaceSpec.Tap;
import io.sunaba.hypervisor.InterfaceSpec.UserMode;
import io.sunaba.vmm.PrivateDirectory;
import io.sunaba.vmm.device.DeviceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a machine's interfaces are connected to.
///
/// QEMU does not tell its networks, so there is a note of each in the machine's directory, from
/// before it is made until it is gone.
final class Networks {
    private static final Logger LOG = LoggerFactory.getLogger(Networks.class);

    /// What a note says.
    private static final String USER = "user";

    private static final String TAP = "tap";

    private final QemuVm vm;
    private final Taps taps;

    Networks(QemuVm vm) {
        this.vm = vm;
        this.taps = new Taps(vm);
    }

    /// Makes a network. On failure there is none. An interrupt does not disturb it.
    void add(String name, InterfaceSpec.Backend backend) throws QmpException {
        write(name, backend instanceof Tap ? TAP : USER);
        boolean added = false;
        try {
            switch (backend) {
                case UserMode user -> make(InterfaceCommands.netdevAdd(name, user));
                case Tap tap -> taps.add(name, tap);
            }
            added = true;
        } finally {
            if (!added) {
                drop(name);
            }
        }
    }

    private void make(JsonObject arguments) throws QmpException {
        vm.qmp().executeToTheEnd("netdev_add", arguments);
    }

    private void write(String name, String kind) {
        try {
            PrivateDirectory.write(vm.files().note(name), kind);
        } catch (IOException e) {
            throw new UnavailableException("cannot write " + vm.files().note(name), e);
        }
    }

    /// Removes a network, if there is one.
    void remove(String name) throws QmpException {
        try {
            vm.qmp().executeToTheEnd("netdev_del", QmpArguments.of("id", name));
        } catch (QmpException e) {
            if (!e.errorClass().equals("DeviceNotFound")) {
                throw e;
            }
        }
        try {
            Files.deleteIfExists(vm.files().note(name));
        } catch (IOException e) {
            throw new UnavailableException("cannot remove " + vm.files().note(name), e);
        }
    }

    /// Removes a network after a failure, which is the one to report. What cannot be removed now is
    /// so when the machine is taken up the next time.
    void drop(String name) {
        try {
            remove(name);
        } catch (QmpException | RuntimeException e) {
            LOG.warn("machine {}: network {} may be left", vm.id(), name, e);
        }
    }

    /// Removes the networks that have no device.
    void dropAllBut(List<String> devices) {
        for (String name : vm.files().noted()) {
            if (DeviceKind.INTERFACE.names(name) && !devices.contains(name)) {
                forgetTap(name);
                drop(name);
            }
        }
    }

    private void forgetTap(String name) {
        try {
            if (Files.readString(vm.files().note(name)).equals(TAP)) {
                taps.forget(name);
            }
        } catch (IOException | QmpException | RuntimeException e) {
            LOG.warn("machine {}: the tap device of {} may be left open", vm.id(), name, e);
        }
    }
}
