package io.sunaba.oci;

import io.sunaba.sandbox.Seccomp;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The property `linux.seccomp`.
final class SeccompPart {
    /// It needs somebody outside of the container who decides about each call.
    private static final String NOTIFY = "SCMP_ACT_NOTIFY";

    private static final int HIGHEST_ERRNO = 4095;

    private SeccompPart() {}

    static Seccomp read(Property seccomp) {
        seccomp.allow("defaultAction", "defaultErrnoRet", "architectures", "flags", "syscalls");
        List<Seccomp.Rule> rules = new ArrayList<>();
        for (Property rule : seccomp.member("syscalls").items()) {
            rule.allow("names", "action", "errnoRet", "args");
            rules.add(
                    new Seccomp.Rule(
                            rule.member("names").texts(),
                            action(rule.member("action")),
                            errno(rule.member("errnoRet")),
                            rule.member("args").items().stream()
                                    .map(SeccompPart::argument)
                                    .toList()));
        }
        return new Seccomp(
                action(seccomp.member("defaultAction")),
                errno(seccomp.member("defaultErrnoRet")),
                seccomp.member("architectures").texts(),
                seccomp.member("flags").texts(),
                rules);
    }

    private static String action(Property action) {
        if (action.requireText().equals(NOTIFY)) {
            throw action.notSupported("of " + NOTIFY);
        }
        return action.requireText();
    }

    private static @Nullable Integer errno(Property errno) {
        Long number = errno.number(0, HIGHEST_ERRNO);
        return number == null ? null : number.intValue();
    }

    private static Seccomp.Argument argument(Property argument) {
        argument.allow("index", "value", "valueTwo", "op");
        Property second = argument.member("valueTwo");
        return new Seccomp.Argument(
                (int) argument.member("index").requireNumber(0, 5),
                argument.member("value").requireUnsigned(),
                second.isEmpty() ? 0 : second.requireUnsigned(),
                argument.member("op").requireText());
    }
}
