package io.sunaba.agent.kata;

import io.sunaba.error.RejectedException;
import io.sunaba.guest.protocol.StringUser;
import io.sunaba.guest.protocol.User;
import io.sunaba.sandbox.ProcessConfig;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Tells an agent who a process runs as: by number in the OCI configuration, else by name beside
/// it.
final class OciUser {
    private static final Pattern NUMBERS = Pattern.compile("([0-9]{1,10})(?::([0-9]{1,10}))?");
    private static final Pattern NAMES = Pattern.compile("([^:]+)(?::([^:]+))?");
    private static final long HIGHEST_ID = 0xffff_fffeL;

    private OciUser() {}

    /// What is given as a number; zero is what is not.
    static User numbers(ProcessConfig.User user) {
        User.Builder built = User.newBuilder();
        for (long group : user.additionalGroupIds()) {
            built.addAdditionalGids(id(user, group));
        }
        Matcher numbers = NUMBERS.matcher(user.name());
        if (numbers.matches()) {
            built.setUID(id(user, Long.parseLong(numbers.group(1))));
            if (numbers.group(2) != null) {
                built.setGID(id(user, Long.parseLong(numbers.group(2))));
            }
        }
        return built.build();
    }

    /// What the agent has to look up in the container: empty if user and group are numbers. A
    /// number alone is looked up as well, for the group that the user is in.
    ///
    /// @param resolvesNames whether the agent does that
    static Optional<StringUser> names(ProcessConfig.User user, boolean resolvesNames) {
        Matcher numbers = NUMBERS.matcher(user.name());
        boolean numeric = numbers.matches();
        if (numeric && (numbers.group(2) != null || !resolvesNames)) {
            return Optional.empty();
        }
        Matcher names = NAMES.matcher(user.name());
        if (!names.matches()) {
            throw new RejectedException(
                    "user \"" + user.name() + "\" must be a user or user:group");
        }
        if (!resolvesNames) {
            throw new RejectedException(
                    "user \"" + user.name() + "\" must be uid:gid: this agent looks up no names");
        }
        StringUser.Builder built = StringUser.newBuilder().setUid(names.group(1));
        if (names.group(2) != null) {
            built.setGid(names.group(2));
        }
        return Optional.of(built.build());
    }

    private static int id(ProcessConfig.User user, long id) {
        if (id < 0 || id > HIGHEST_ID) {
            throw new RejectedException(
                    "user \"%s\": id %d must be from 0 to %d"
                            .formatted(user.name(), id, HIGHEST_ID));
        }
        return (int) id;
    }
}
