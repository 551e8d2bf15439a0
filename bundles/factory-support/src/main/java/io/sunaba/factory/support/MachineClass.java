package io.sunaba.factory.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A class of machines, any of which will do for a request: all that matters is equal.
///
/// @param hypervisor the name of the hypervisor plugin
/// @param vmm the VMM's program, version and acceleration
/// @param guest the build of the guest image, and the kernel's arguments
/// @param vcpus virtual CPUs, at boot and at most
/// @param memory memory in bytes, at boot and at most
public record MachineClass(
        String hypervisor, String vmm, String guest, String vcpus, String memory) {
    private static final int DIGITS = 32;

    public static MachineClass of(HypervisorConfig config, HypervisorCapabilities capabilities) {
        return new MachineClass(
                config.hypervisor(),
                capabilities.vmm() + ", " + capabilities.acceleration(),
                config.guest().buildHash() + " " + config.guest().kernelArguments(),
                config.vcpus() + "-" + config.maximumVcpus(),
                config.memoryBytes() + "-" + config.maximumMemoryBytes());
    }

    /// Tells whether another class is out of date where this one is in use.
    public boolean supersedes(MachineClass other) {
        return hypervisor.equals(other.hypervisor)
                && !(vmm.equals(other.vmm) && guest.equals(other.guest));
    }

    /// A name that no other class has.
    public String key() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(
                                    String.join("\0", hypervisor, vmm, guest, vcpus, memory)
                                            .getBytes(UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
