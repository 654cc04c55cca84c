import java.util.Locale;

/**
 * Prints which characters a name inside of a column's type may have, as ranges of code points: what `TypeInfoUtils.isTypeChar` of
 * Hive and Trino takes of the type in lower case, unit of UTF-16 by unit. usage: java TypeLetters.java; it is the first
 * part of type_letters.txt, to which `track` and Local AWS's Athena are held.
 */
public class TypeLetters {
    static boolean isTypeChar(char unit) {
        return Character.isLetterOrDigit(unit) || unit == '_' || unit == '.' || unit == ' ' || unit == '$';
    }

    public static void main(String[] arguments) {
        System.out.println("# Of Java " + System.getProperty("java.specification.version") + ", by TypeLetters.java.");
        int first = -1;
        for (int point = 0; point <= Character.MAX_CODE_POINT + 1; point++) {
            boolean isScalar = point <= Character.MAX_CODE_POINT && (point < 0xd800 || point > 0xdfff);
            boolean isTaken = isScalar
                && Character.toString(point).toLowerCase(Locale.ENGLISH).chars().allMatch(unit -> isTypeChar((char) unit));
            if (isTaken && first < 0) {
                first = point;
            } else if (!isTaken && first >= 0) {
                System.out.printf("%04x-%04x%n", first, point - 1);
                first = -1;
            }
        }
    }
}
