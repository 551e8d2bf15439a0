package io.sunaba.guest.agent;

import io.sunaba.guest.protocol.Hook;
import io.sunaba.guest.protocol.Hooks;
import io.sunaba.guest.protocol.Linux;
import io.sunaba.guest.protocol.LinuxCapabilities;
import io.sunaba.guest.protocol.LinuxIDMapping;
import io.sunaba.guest.protocol.LinuxSeccomp;
import io.sunaba.guest.protocol.LinuxSyscall;
import io.sunaba.guest.protocol.Process;
import io.sunaba.guest.protocol.Spec;
import io.sunaba.guest.protocol.User;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An OCI runtime configuration: from the messages of the protocol to the JSON that crun reads.
final class OciConfig {
    private static final String OCI_VERSION = "1.0.2";

    private OciConfig() {}

    /// The content of config.json.
    static Json spec(Spec spec, String cgroupsPath) {
        Json json = new Json();
        json.put("ociVersion", spec.getVersion().isEmpty() ? OCI_VERSION : spec.getVersion());
        json.put("process", process(spec.getProcess()));
        json.put(
                "root",
                new Json()
                        .put("path", spec.getRoot().getPath())
                        .put("readonly", spec.getRoot().getReadonly()));
        json.put("hostname", spec.getHostname());
        json.put(
                "mounts",
                spec.getMountsList().stream()
                        .map(mount ->
                                new Json()
                                        .put("destination", mount.getDestination())
                                        .put("type", mount.getType())
                                        .put("source", mount.getSource())
                                        .put("options", mount.getOptionsList()))
                        .toList());
        json.put("hooks", hooks(spec.getHooks()));
        json.put("annotations", notes(spec.getAnnotationsMap()));
        json.put("linux", linux(spec.getLinux(), cgroupsPath));
        return json;
    }

    /// Annotations are notes; crun takes some for orders.
    private static Map<String, String> notes(Map<String, String> annotations) {
        Map<String, String> notes = new TreeMap<>(annotations);
        notes.keySet().removeIf(name -> name.startsWith("run.oci."));
        return notes;
    }

    /// The `process` part, which is also what an additional process is described with.
    static Json process(Process process) {
        Json json = new Json();
        json.put("terminal", process.getTerminal());
        if (process.hasConsoleSize()) {
            json.put(
                    "consoleSize",
                    new Json()
                            .putAlways("height", process.getConsoleSize().getHeight())
                            .putAlways("width", process.getConsoleSize().getWidth()));
        }
        json.putAlways("user", user(process.getUser()));
        json.put("args", process.getArgsList());
        json.put("env", process.getEnvList());
        json.put("cwd", process.getCwd().isEmpty() ? "/" : process.getCwd());
        if (process.hasCapabilities()) {
            // None at all differ from not said: an additional process would have the container's.
            json.putAlways("capabilities", capabilities(process.getCapabilities()));
        }
        json.put(
                "rlimits",
                process.getRlimitsList().stream()
                        .map(limit ->
                                new Json()
                                        .put("type", limit.getType())
                                        .putUnsignedAlways("hard", limit.getHard())
                                        .putUnsignedAlways("soft", limit.getSoft()))
                        .toList());
        json.put("noNewPrivileges", process.getNoNewPrivileges());
        json.put("apparmorProfile", process.getApparmorProfile());
        json.put("selinuxLabel", process.getSelinuxLabel());
        // Always said: the agent itself must not be killed, and a container must not inherit that.
        json.putAlways("oomScoreAdj", process.getOOMScoreAdj());
        return json;
    }

    private static Json user(User user) {
        return new Json()
                .putAlways("uid", user.getUID())
                .putAlways("gid", user.getGID())
                .put("additionalGids", user.getAdditionalGidsList())
                .put("username", user.getUsername());
    }

    private static Json capabilities(LinuxCapabilities capabilities) {
        return new Json()
                .put("bounding", capabilities.getBoundingList())
                .put("effective", capabilities.getEffectiveList())
                .put("inheritable", capabilities.getInheritableList())
                .put("permitted", capabilities.getPermittedList())
                .put("ambient", capabilities.getAmbientList());
    }

    private static Json hooks(Hooks hooks) {
        return new Json()
                .put("prestart", hooks(hooks.getPrestartList()))
                .put("createRuntime", hooks(hooks.getCreateRuntimeList()))
                .put("createContainer", hooks(hooks.getCreateContainerList()))
                .put("startContainer", hooks(hooks.getStartContainerList()))
                .put("poststart", hooks(hooks.getPoststartList()))
                .put("poststop", hooks(hooks.getPoststopList()));
    }

    private static List<Json> hooks(List<Hook> hooks) {
        return hooks.stream()
                .map(hook ->
                        new Json()
                                .put("path", hook.getPath())
                                .put("args", hook.getArgsList())
                                .put("env", hook.getEnvList())
                                .put("timeout", hook.getTimeout()))
                .toList();
    }

    private static Json linux(Linux linux, String cgroupsPath) {
        Json json = new Json();
        json.put("uidMappings", mappings(linux.getUIDMappingsList()));
        json.put("gidMappings", mappings(linux.getGIDMappingsList()));
        json.put("sysctl", linux.getSysctlMap());
        json.put("resources", OciResources.resources(linux.getResources()));
        json.put("cgroupsPath", cgroupsPath);
        json.put(
                "namespaces",
                linux.getNamespacesList().stream()
                        .map(namespace ->
                                new Json()
                                        .put("type", namespace.getType())
                                        .put("path", namespace.getPath()))
                        .toList());
        json.put(
                "devices",
                linux.getDevicesList().stream()
                        .map(device ->
                                new Json()
                                        .put("path", device.getPath())
                                        .put("type", device.getType())
                                        .putAlways("major", device.getMajor())
                                        .putAlways("minor", device.getMinor())
                                        .put("fileMode", device.getFileMode())
                                        .putAlways("uid", device.getUID())
                                        .putAlways("gid", device.getGID()))
                        .toList());
        json.put("seccomp", seccomp(linux.getSeccomp()));
        json.put("rootfsPropagation", linux.getRootfsPropagation());
        json.put("maskedPaths", linux.getMaskedPathsList());
        json.put("readonlyPaths", linux.getReadonlyPathsList());
        json.put("mountLabel", linux.getMountLabel());
        return json;
    }

    private static List<Json> mappings(List<LinuxIDMapping> mappings) {
        return mappings.stream()
                .map(mapping ->
                        new Json()
                                .putAlways("hostID", mapping.getHostID())
                                .putAlways("containerID", mapping.getContainerID())
                                .putAlways("size", mapping.getSize()))
                .toList();
    }

    private static Json seccomp(LinuxSeccomp seccomp) {
        Json json = new Json();
        json.put("defaultAction", seccomp.getDefaultAction());
        if (seccomp.hasDefaultErrnoRet()) {
            json.putAlways("defaultErrnoRet", seccomp.getDefaultErrnoRet());
        }
        return json.put("architectures", seccomp.getArchitecturesList())
                .put("flags", seccomp.getFlagsList())
                .put(
                        "syscalls",
                        seccomp.getSyscallsList().stream().map(OciConfig::syscall).toList());
    }

    private static Json syscall(LinuxSyscall syscall) {
        Json json = new Json();
        json.put("names", syscall.getNamesList());
        json.put("action", syscall.getAction());
        if (syscall.hasErrnoret()) {
            json.putAlways("errnoRet", syscall.getErrnoret());
        }
        json.put(
                "args",
                syscall.getArgsList().stream()
                        .map(argument ->
                                new Json()
                                        .putAlways("index", argument.getIndex())
                                        .putUnsignedAlways("value", argument.getValue())
                                        .putUnsigned("valueTwo", argument.getValueTwo())
                                        .put("op", argument.getOp()))
                        .toList());
        return json;
    }
}
