package io.sunaba.oci;

import io.sunaba.sandbox.Capabilities;
import io.sunaba.sandbox.ProcessConfig;
import java.util.List;

/// The property `process`.
final class ProcessPart {
    private static final long HIGHEST_ID = 0xffff_fffeL;

    /// What the guest's runtime gives every process.
    private static final long UMASK = 0022;

    private ProcessPart() {}

    static ProcessConfig read(Property process) {
        process.allow(
                "terminal",
                "consoleSize",
                "user",
                "args",
                "env",
                "cwd",
                "capabilities",
                "rlimits",
                "noNewPrivileges",
                "oomScoreAdj");
        boolean terminal = process.member("terminal").flag();
        if (terminal) {
            process.member("consoleSize").refuse();
        }
        Property arguments = process.member("args");
        List<String> command = arguments.texts();
        if (command.isEmpty() || command.getFirst().isEmpty()) {
            throw arguments.mustBe("a program and its arguments");
        }
        Long adjustment = process.member("oomScoreAdj").number(-1000, 1000);
        return new ProcessConfig(
                command,
                environment(process.member("env")),
                absolute(process.member("cwd")),
                user(process.member("user")),
                terminal,
                capabilities(process.member("capabilities")),
                process.member("rlimits").items().stream().map(ProcessPart::limit).toList(),
                process.member("noNewPrivileges").flag(),
                adjustment == null ? 0 : adjustment.intValue(),
                null);
    }

    private static List<String> environment(Property variables) {
        for (Property variable : variables.items()) {
            if (variable.requireText().indexOf('=') < 1) {
                throw variable.mustBe("of the form NAME=value");
            }
        }
        return variables.texts();
    }

    static String absolute(Property path) {
        if (!path.requireText().startsWith("/")) {
            throw path.mustBe("an absolute path");
        }
        return path.requireText();
    }

    private static ProcessConfig.User user(Property user) {
        user.allow("uid", "gid", "additionalGids", "umask");
        Long umask = user.member("umask").number(0, 0777);
        if (umask != null && umask != UMASK) {
            throw user.member("umask").notSupported("of " + umask);
        }
        return new ProcessConfig.User(
                id(user.member("uid")) + ":" + id(user.member("gid")),
                user.member("additionalGids").items().stream()
                        .map(group -> group.requireNumber(0, HIGHEST_ID))
                        .toList());
    }

    private static long id(Property id) {
        Long number = id.number(0, HIGHEST_ID);
        return number == null ? 0 : number;
    }

    /// Who names none has none, as in other runtimes.
    private static Capabilities capabilities(Property sets) {
        sets.allow("bounding", "effective", "permitted", "inheritable", "ambient");
        return new Capabilities(
                sets.member("bounding").texts(),
                sets.member("effective").texts(),
                sets.member("permitted").texts(),
                sets.member("inheritable").texts(),
                sets.member("ambient").texts());
    }

    private static ProcessConfig.ResourceLimit limit(Property limit) {
        limit.allow("type", "hard", "soft");
        return new ProcessConfig.ResourceLimit(
                limit.member("type").requireText(),
                limit.member("hard").requireUnsigned(),
                limit.member("soft").requireUnsigned());
    }
}
