package io.sunaba.hypervisor.clh;

import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The kernel's virtual machines, without which Cloud Hypervisor does nothing.
final class Kvm {
    private Kvm() {}

    /// Expects that this process can use them.
    ///
    /// @throws UnavailableException if it cannot; the message says why
    static void require(Path device) {
        if (!Files.exists(device)) {
            throw new UnavailableException(
                    "%s is missing: Cloud Hypervisor runs machines on KVM alone".formatted(device));
        }
        // Not a random access file: that would make the device where there is none.
        try (FileChannel _ =
                FileChannel.open(device, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return;
        } catch (IOException e) {
            throw new UnavailableException(
                    "%s cannot be opened: Cloud Hypervisor needs it for reading and writing, which membership in the group kvm usually gives"
                            .formatted(device),
                    e);
        }
    }
}
