package io.sunaba.guest.agent;

/// An address and how many of its first bits name its network.
///
/// @param length 0 to 32 or 128
record IpPrefix(IpAddress address, int length) {
    private static final int DIGITS = 3;

    /// Parses what comes after the slash.
    ///
    /// @param text what it is in, for the error
    static IpPrefix of(IpAddress address, String length, String text) {
        if (length.isEmpty()
                || length.length() > DIGITS
                || !length.chars().allMatch(c -> c >= '0' && c <= '9')
                || Integer.parseInt(length) > address.length()) {
            throw Failures.invalid(
                    text
                            + ": the prefix length '"
                            + Failures.quotable(length)
                            + "' is not a number from 0 to "
                            + address.length());
        }
        return new IpPrefix(address, Integer.parseInt(length));
    }

    /// All addresses there are.
    static IpPrefix everything(boolean v6) {
        return new IpPrefix(IpAddress.of(new byte[v6 ? 16 : 4]), 0);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
