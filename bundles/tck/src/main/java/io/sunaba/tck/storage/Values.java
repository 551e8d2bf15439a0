package io.sunaba.tck.storage;

import io.sunaba.tck.Expect;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// Values that tell by themselves whether they are whole.
final class Values {
    static final int LARGEST = 1 << 20;

    private Values() {}

    static byte[] random(long seed, int length) {
        byte[] value = new byte[length];
        new SplittableRandom(seed).nextBytes(value);
        return value;
    }

    /// A value of a length and content that only its round decides.
    static byte[] ofRound(int round) {
        int length = Integer.BYTES + new SplittableRandom(round).nextInt(20_000);
        return ByteBuffer.wrap(random(round, length)).putInt(0, round).array();
    }

    /// Returns the round of a value, which must be whole.
    static int roundOf(String key, byte[] value) {
        Expect.that(value.length >= Integer.BYTES, key + " has a whole value");
        int round = ByteBuffer.wrap(value).getInt();
        Expect.equal("value of " + key + ", round " + round, ofRound(round), value);
        return round;
    }
}
