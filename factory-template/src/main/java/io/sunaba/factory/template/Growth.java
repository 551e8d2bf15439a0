package io.sunaba.factory.template;

import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.hypervisor.HypervisorCapabilities;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.hypervisor.Resize;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// More virtual CPUs and memory for clones than their template has, so that one template serves
/// machines of many sizes.
final class Growth {
    private Growth() {}

    /// Returns the largest of the templates whose clones can become what is wanted.
    static Optional<TemplateRecord> from(
            Collection<TemplateRecord> templates,
            HypervisorConfig wanted,
            HypervisorCapabilities capabilities) {
        if (!capabilities.abilities().contains(Resize.class)) {
            return Optional.empty();
        }
        return templates.stream()
                .filter(template -> template.vcpus() <= wanted.vcpus())
                .filter(template -> template.memoryBytes() <= wanted.memoryBytes())
                .filter(template ->
                        template.kind()
                                .equals(MachineClass.of(template.sized(wanted), capabilities)))
                .max(
                        Comparator.comparingLong(TemplateRecord::memoryBytes)
                                .thenComparingInt(TemplateRecord::vcpus));
    }

    /// Gives a clone what it lacks, and has its guest use that.
    ///
    /// @throws UnavailableException if the guest does not take all of the memory
    static void of(Vm vm, TemplateRecord template, HypervisorConfig wanted)
            throws InterruptedException {
        boolean memory = template.memoryBytes() < wanted.memoryBytes();
        boolean vcpus = template.vcpus() < wanted.vcpus();
        if (!memory && !vcpus) {
            return;
        }
        Resize resize = vm.machine().ability(Resize.class);
        if (memory) {
            long reached = resize.resizeMemory(wanted.memoryBytes());
            if (reached < wanted.memoryBytes()) {
                throw new UnavailableException(
                        "the guest takes %d bytes of memory of %d"
                                .formatted(reached, wanted.memoryBytes()));
            }
        }
        if (vcpus) {
            resize.resizeVcpus(wanted.vcpus());
        }
        vm.agent().onlineResources(wanted.vcpus());
    }
}
