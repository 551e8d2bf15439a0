package io.sunaba.factory.template;

import static java.util.Objects.requireNonNull;

import io.sunaba.factory.Template;
import io.sunaba.factory.TemplateState;
import io.sunaba.factory.support.MachineClass;
import io.sunaba.hypervisor.HypervisorConfig;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/// What is on record of a template.
///
/// @param kind the class of the machines that are cloned from it
/// @param vcpus their virtual CPUs at boot
/// @param memoryBytes their memory at boot
/// @param build the build of their guest image
/// @param createdAt when its making began; tells it from one of the same class before or after it
/// @param diskBytes what it takes of the disk
record TemplateRecord(
        MachineClass kind,
        int vcpus,
        long memoryBytes,
        String build,
        Instant createdAt,
        long diskBytes) {
    private static final String FORMAT = "2";

    TemplateRecord {
        requireNonNull(kind, "kind is null");
        requireNonNull(build, "build is null");
        requireNonNull(createdAt, "createdAt is null");
    }

    /// A template that is about to be made.
    static TemplateRecord planned(MachineClass kind, HypervisorConfig config) {
        return new TemplateRecord(
                kind,
                config.vcpus(),
                config.memoryBytes(),
                config.guest().buildHash(),
                Instant.now(),
                0);
    }

    TemplateRecord taking(long bytes) {
        return new TemplateRecord(kind, vcpus, memoryBytes, build, createdAt, bytes);
    }

    /// Returns what its clones are at first, where something of the same kind is wanted.
    HypervisorConfig sized(HypervisorConfig wanted) {
        return new HypervisorConfig(
                wanted.hypervisor(),
                wanted.owner(),
                wanted.guest(),
                vcpus,
                wanted.maximumVcpus(),
                memoryBytes,
                wanted.maximumMemoryBytes(),
                wanted.sharedMemory(),
                wanted.bootTimeout());
    }

    /// What tells it from all others that are there.
    String id() {
        return kind.key();
    }

    Template in(TemplateState state) {
        return new Template(
                id(),
                state,
                kind.hypervisor(),
                kind.vmm(),
                build,
                vcpus,
                memoryBytes,
                diskBytes,
                createdAt);
    }

    String text() throws IOException {
        Properties properties = new Properties();
        properties.setProperty("format", FORMAT);
        properties.setProperty("hypervisor", kind.hypervisor());
        properties.setProperty("vmm", kind.vmm());
        properties.setProperty("guest", kind.guest());
        properties.setProperty("class.vcpus", kind.vcpus());
        properties.setProperty("class.memory", kind.memory());
        properties.setProperty("vcpus", Integer.toString(vcpus));
        properties.setProperty("memory", Long.toString(memoryBytes));
        properties.setProperty("build", build);
        properties.setProperty("created", createdAt.toString());
        properties.setProperty("disk", Long.toString(diskBytes));
        StringWriter text = new StringWriter();
        properties.store(text, null);
        return text.toString();
    }

    /// Reads a record; one that is damaged, or of another format, is as none.
    static Optional<TemplateRecord> parse(String text) {
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(text));
            if (!FORMAT.equals(properties.getProperty("format"))) {
                return Optional.empty();
            }
            return Optional.of(
                    new TemplateRecord(
                            new MachineClass(
                                    properties.getProperty("hypervisor", ""),
                                    properties.getProperty("vmm", ""),
                                    properties.getProperty("guest", ""),
                                    properties.getProperty("class.vcpus", ""),
                                    properties.getProperty("class.memory", "")),
                            Integer.parseInt(properties.getProperty("vcpus", "")),
                            Long.parseLong(properties.getProperty("memory", "")),
                            properties.getProperty("build", ""),
                            Instant.parse(properties.getProperty("created", "")),
                            Long.parseLong(properties.getProperty("disk", ""))));
        } catch (IOException | IllegalArgumentException | DateTimeException _) {
            return Optional.empty();
        }
    }
}
